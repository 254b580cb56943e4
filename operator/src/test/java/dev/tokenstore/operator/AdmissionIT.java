package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the API server takes for an `OAuthTokenStore`, and the sentences with which it refuses the rest.
class AdmissionIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{sessionTimeout: 12h}",
                "{sessionTimeout: 1h30m, maxTokenAge: 1.5h, suspend: false}",
                "{sessionTimeout: 10h, maxTokenAge: 11h, cleanup: {sessionEnded: {after: 1h}}}",
                "{maxTokenAge: 2160h, cleanup: {expired: {after: 24h}, unusable: {after: 0s}}}",
                "{maxTokenAge: 999999h999999h99999h}",
                "{sessionTimeout: 1h, cleanup: {dryRun: true, maxPercent: 100}, limits: {maxTokens: 1}}",
                "{deletionPolicy: Delete, access: {serviceAccounts: []}}"
            })
    void takes(String spec) {
        assertThat(kubernetes.apply(store("good", spec))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{sessionTimeout: 1d} | spec.sessionTimeout | sessionTimeout must be a Go duration of at least one second",
                "{sessionTimeout: -1h} | spec.sessionTimeout | sessionTimeout must be a Go duration of at least one second",
                "{sessionTimeout: 0s} | spec.sessionTimeout | sessionTimeout must be a Go duration of at least one second",
                "{maxTokenAge: soon} | spec.maxTokenAge | maxTokenAge must be a Go duration of at least one second",
                "{maxTokenAge: 1h1h1h1h1h1h1h1h1h1h1h} | spec.maxTokenAge | may not be more than 20",
                "{cleanup: {expired: {after: -1s}}} | spec.cleanup.expired.after | after must be a Go duration that is not negative",
                "{cleanup: {expired: {}}} | spec.cleanup.expired.after | Required value",
                "{sessionTimeout: 3h, maxTokenAge: 2h} | spec.sessionTimeout | every token would be deleted for its age before its session could end",
                "{cleanup: {sessionEnded: {after: 1h}}} | spec.cleanup.sessionEnded | without it no session ever ends",
                "{sessionTimeout: 2h, maxTokenAge: 3h, cleanup: {sessionEnded: {after: 2h}}} | spec.cleanup.sessionEnded | before that time is over",
                "{maxTokenAge: 3h, cleanup: {expired: {after: 4h}}} | spec.cleanup.expired | cleanup.expired.after must not be longer than maxTokenAge",
                "{maxTokenAge: 3h, cleanup: {unusable: {after: 4h}}} | spec.cleanup.unusable | cleanup.unusable.after must not be longer than maxTokenAge",
                "{cleanup: {maxPercent: 0}} | spec.cleanup.maxPercent | should be greater than or equal to 1",
                "{cleanup: {maxPercent: 101}} | spec.cleanup.maxPercent | should be less than or equal to 100",
                "{limits: {maxTokens: 0}} | spec.limits.maxTokens | should be greater than or equal to 1",
                "{deletionPolicy: Orphan} | spec.deletionPolicy | supported values",
                "{access: {serviceAccounts: [{namespace: sales}]}} | spec.access.serviceAccounts[0].name | Required value",
                "{access: {serviceAccounts: [{name: A_b}]}} | spec.access.serviceAccounts[0].name | should match",
                "{access: {serviceAccounts: [{name: a}, {name: b}, {name: a, readOnly: true}]}} | spec.access.serviceAccounts | must not name an account twice",
            })
    void refusesAndSaysWhy(String spec, String field, String sentence) {
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> kubernetes.apply(store("bad", spec)))
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(422))
                .withMessageContaining(field)
                .withMessageContaining(sentence);
    }

    @Test
    void refusesANameThatIsTooLongForALabel() {
        kubernetes.apply(store("a".repeat(63), "{}"));

        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> kubernetes.apply(store("a".repeat(64), "{}")))
                .withMessageContaining("metadata.name must have at most 63 characters");
    }

    private static String store(String name, String spec) {
        return """
                apiVersion: tokenstore.dev/v1alpha1
                kind: OAuthTokenStore
                metadata: {name: %s}
                spec: %s
                """.formatted(name, spec);
    }
}
