package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The settings of an embedded store beside the rules that the API server checks an `OAuthTokenStore` by.
class RetentionSettingsIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    @Test
    void whatTheApiServerRefusesIsRefusedAndNothingElse() {
        int accepted = 0;
        int refused = 0;
        for (var timeout : List.of("", "0s", "500ms", "1s", "30m", "2h", "1d")) {
            for (var age : List.of("", "0.5s", "1h", "2h30m", "nonsense")) {
                for (var ended : List.of("", "0s", "30m", "2h")) {
                    for (var expired : List.of("", "0s", "2h30m1ns", "-1s")) {
                        var given = List.of(timeout, age, ended, expired);
                        var bySettings = isAcceptedBySettings(timeout, age, ended, expired);
                        assertThat(bySettings)
                                .as("%s", given)
                                .isEqualTo(isAcceptedByApiServer(timeout, age, ended, expired));
                        accepted += bySettings ? 1 : 0;
                        refused += bySettings ? 0 : 1;
                    }
                }
            }
        }
        assertThat(accepted).isGreaterThan(20);
        assertThat(refused).isGreaterThan(20);
    }

    private static boolean isAcceptedBySettings(String timeout, String age, String ended, String expired) {
        var arguments = new ArrayList<>(List.of("--embedded=x"));
        Map.of(
                        "--session-timeout", timeout,
                        "--max-token-age", age,
                        "--cleanup-session-ended-after", ended,
                        "--cleanup-expired-after", expired)
                .forEach((flag, value) -> {
                    if (!value.isEmpty()) {
                        arguments.add(flag + "=" + value);
                    }
                });
        try {
            CommandLineUnderTest.config(Map.of(), arguments.toArray(String[]::new));
            return true;
        } catch (CommandLineUnderTest.Refused e) {
            return false;
        }
    }

    private static boolean isAcceptedByApiServer(String timeout, String age, String ended, String expired) {
        var store = """
                apiVersion: tokenstore.dev/v1alpha1
                kind: OAuthTokenStore
                metadata: {name: tried, namespace: %s}
                spec: {%s%s cleanup: {%s%s}}
                """.formatted(
                        kubernetes.namespace(),
                        field("sessionTimeout", "\"%s\",", timeout),
                        field("maxTokenAge", "\"%s\",", age),
                        field("sessionEnded", "{after: \"%s\"},", ended),
                        field("expired", "{after: \"%s\"}", expired));
        try {
            kubernetes.admin().resource(store).dryRun().create();
            return true;
        } catch (KubernetesClientException e) {
            assertThat(e.getCode()).isEqualTo(422);
            return false;
        }
    }

    private static String field(String name, String form, String value) {
        return value.isEmpty() ? "" : name + ": " + form.formatted(value);
    }
}
