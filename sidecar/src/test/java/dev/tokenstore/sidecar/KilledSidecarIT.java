package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.proto.v1.DeleteTokensRequest;
import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.GetTokensRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.ShippedPolicies;
import dev.tokenstore.testing.product.TestStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The program killed as `kill -9` does in the middle of 1,000 saves of several callers, and another one that takes
/// over.
class KilledSidecarIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final int SAVES = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// A row of a dead process gives way after 2 s; the rest is for a busy machine.
    private static final Duration GIVES_WAY_WITHIN = Duration.ofSeconds(9);

    @TempDir
    Path directory;

    private final SecureRandom random = new SecureRandom();
    private final SaveHistory saves = new SaveHistory(SAVES, random);

    @Test
    void everyAcknowledgedSaveIsInTheFileAndNothingIsThereTwice() throws Exception {
        saveUntilKilled("--embedded", directory.toString());

        try (var second = start("--embedded", directory.toString())) {
            assertEveryAcknowledgedSaveIsThere(second.client());
            saveTheRest(second);
            assertEveryAcknowledgedSaveIsThere(second.client());
            assertEveryUserIsFound(second.client());
        }
    }

    /// All of it with the rights that an app's service account is given, and no others.
    ///
    /// The killed one leaves rows that it had not finished; should it happen not to, the next one is killed too.
    @Test
    void everyAcknowledgedSaveIsInTheClusterAndNothingIsThereTwice() throws Exception {
        kubernetes.apply(ShippedPolicies.ROLES);
        var created = TestStore.create(kubernetes, "{}").bind("oauth-token-store-client", "app");
        var namespace = created.namespace();
        var store = created.options(kubernetes.kubeconfigFor(namespace, "app")).toArray(String[]::new);
        do {
            saveUntilKilled(store);
        } while (usersIn(namespace, "pending").size() < 2 && saves.acknowledged() < SAVES * 4 / 5);

        try (var second = start(store)) {
            var unfinished = usersIn(namespace, "pending");
            assertThat(unfinished).as("rows that were being made").isNotEmpty();
            for (var user : unfinished) {
                assertThat(second.client().findToken(findRequest(user)).hasToken())
                        .as("is %s visible", user)
                        .isFalse();
            }
            assertEveryAcknowledgedSaveIsThere(second.client());

            var callers = saveTheRest(second);

            assertThat(callers.longestRepeatedSave()).isLessThan(GIVES_WAY_WITHIN);
            assertThat(saves.ids().keySet()).containsAll(unfinished);
            assertEveryAcknowledgedSaveIsThere(second.client());
            assertEveryUserIsFound(second.client());
            assertThat(usersIn(namespace, "confirmed"))
                    .containsExactlyInAnyOrderElementsOf(saves.ids().keySet());
            assertThat(usersIn(namespace, "pending")).isEmpty();
            assertThat(second.client()
                            .deleteTokens(DeleteTokensRequest.getDefaultInstance())
                            .getDeletedCount())
                    .isEqualTo(saves.ids().size());
        }
    }

    private void saveUntilKilled(String... arguments) throws InterruptedException {
        var before = saves.acknowledged();
        var killAfter = before + random.nextInt(SAVES / 10, (SAVES - before) / 2);
        try (var first = start(arguments);
                var callers = SavingCallers.start(saves, first.client())) {
            awaitAcknowledged(killAfter);
            saves.makeNewUsersOnly(true);
            awaitAcknowledged(killAfter + 2 * SavingCallers.CALLERS);
            callers.expectTheEnd();
            first.kill();
            callers.join();
            assertPrintedNoSecret(first);
        }
        saves.makeNewUsersOnly(false);
        assertThat(saves.acknowledged()).isLessThan(SAVES);
    }

    private void awaitAcknowledged(int count) {
        await().atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> saves.acknowledged() >= count);
    }

    private SavingCallers saveTheRest(CalledSidecar sidecar) throws InterruptedException {
        try (var callers = SavingCallers.start(saves, sidecar.client())) {
            callers.join();
            assertThat(saves.acknowledged()).isEqualTo(SAVES);
            assertPrintedNoSecret(sidecar);
            return callers;
        }
    }

    private void assertEveryAcknowledgedSaveIsThere(TokenStoreServiceBlockingStub sidecar) {
        assertThat(saves.problems(tokens(sidecar))).isEmpty();
    }

    private void assertEveryUserIsFound(TokenStoreServiceBlockingStub sidecar) {
        saves.ids().forEach((user, id) -> {
            var found = sidecar.findToken(findRequest(user)).getToken().getId();
            assertThat(found).as("id of %s", user).isEqualTo(id);
        });
        var any = saves.ids().values().iterator().next();
        var byId = sidecar.findTokenById(
                FindTokenByIdRequest.newBuilder().setId(any).build());
        assertThat(byId.getToken().getId()).isEqualTo(any);
    }

    private static FindTokenRequest findRequest(String user) {
        return FindTokenRequest.newBuilder()
                .setToken(Token.newBuilder().setUserSignature(SaveHistory.MARKER + user))
                .build();
    }

    private static List<Token> tokens(TokenStoreServiceBlockingStub sidecar) {
        var tokens = new ArrayList<Token>();
        var request = GetTokensRequest.newBuilder();
        do {
            var page = sidecar.getTokens(request.build());
            tokens.addAll(page.getTokensList());
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty());
        return tokens;
    }

    private static void assertPrintedNoSecret(CalledSidecar sidecar) {
        assertThat((sidecar.out() + sidecar.err()).contains(SaveHistory.MARKER))
                .as("is a secret printed")
                .isFalse();
    }

    private CalledSidecar start(String... arguments) {
        var command = new ArrayList<>(List.of(arguments));
        command.addAll(List.of("--tcp", "0", "--metrics", "0"));
        var sidecar = CalledSidecar.start(directory, command.toArray(String[]::new));
        sidecar.awaitReady();
        return sidecar;
    }

    /// The users of the Secrets that are in that state.
    private static List<String> usersIn(String namespace, String state) {
        var client = kubernetes.admin();
        Map<?, ?> list = client.getKubernetesSerialization()
                .unmarshal(client.raw("/api/v1/namespaces/" + namespace + "/secrets"), Map.class);
        return ((List<?>) at(list, "items"))
                .stream()
                        .filter(secret -> state.equals(at(secret, "metadata", "annotations", "tokenstore.dev/state")))
                        .map(secret -> Base64.getDecoder().decode((String) at(secret, "data", "user_signature")))
                        .map(user -> SaveHistory.withoutMarker(new String(user, StandardCharsets.UTF_8)))
                        .toList();
    }

    private static Object at(Object json, String... path) {
        var value = json;
        for (var key : path) {
            value = Objects.requireNonNull(((Map<?, ?>) value).get(key), key);
        }
        return value;
    }
}
