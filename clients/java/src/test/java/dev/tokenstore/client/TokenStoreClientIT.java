package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.SidecarProcess;
import dev.tokenstore.testing.product.TestStore;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client against the shipped sidecar on a real API server.
class TokenStoreClientIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final String SECRET = "fixture-secret-of-the-client";

    private static SidecarProcess sidecar;
    private static TokenStoreClient client;

    @BeforeAll
    static void start() {
        sidecar = SidecarProcess.ready(TestStore.create(kubernetes, "{}"));
        client = TokenStoreClient.connect(sidecar.address());
    }

    @AfterAll
    static void stop() {
        client.close();
        sidecar.close();
    }

    @BeforeEach
    void empty() {
        client.deleteTokens();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void carriesOutTheSixOperations(boolean overUnixSocket) {
        try (var store = TokenStoreClient.connect(overUnixSocket ? sidecar.socketAddress() : sidecar.address())) {
            var given = TokenRecord.builder()
                    .userSignature("alice")
                    .refreshToken(SECRET)
                    .expiresIn("1900000000000")
                    .build();

            var saved = store.saveToken(given);
            var id = saved.id().orElseThrow();

            assertThat(saved.refreshToken()).contains(SECRET);
            assertThat(saved.expireTime().orElseThrow().toEpochMilli()).isEqualTo(1_900_000_000_000L);
            assertThat(store.findTokenById(id)).isEqualTo(saved);
            assertThat(store.findToken(
                            TokenRecord.builder().userSignature("alice").build()))
                    .contains(saved);
            assertThat(store.findToken(TokenRecord.builder().userSignature("").build()))
                    .isEmpty();
            assertThat(store.getTokens()).containsExactly(saved);
            store.deleteToken(id);
            assertThat(store.getTokens()).isEmpty();
            store.saveToken(given);
            assertThat(store.deleteTokens()).isEqualTo(1);
        }
    }

    @Test
    void savesOnlyOverTheExpectedVersion() {
        var first = client.saveToken(
                TokenRecord.builder().userSignature("alice").accessToken(SECRET).build());
        var change = TokenRecord.builder()
                .id(first.id().orElseThrow())
                .accessToken(SECRET + "-2")
                .build();
        var second = client.saveToken(change, first.version().orElseThrow());

        var conflict = catchThrowableOfType(
                TokenStoreException.class,
                () -> client.saveToken(change, first.version().orElseThrow()));

        assertThat(conflict.reason()).contains("VERSION_CONFLICT");
        assertThat(conflict.currentVersion()).isEqualTo(second.version());
    }

    @Test
    void distinguishesAMissByIdFromASaveOfADeletedToken() {
        var id = client.saveToken(TokenRecord.builder().accessToken(SECRET).build())
                .id()
                .orElseThrow();
        client.deleteToken(id);

        var missing = catchThrowableOfType(TokenStoreException.class, () -> client.findTokenById(id));
        var deleted = catchThrowableOfType(
                TokenStoreException.class,
                () -> client.saveToken(
                        TokenRecord.builder().id(id).accessToken(SECRET).build()));

        assertThat(missing.reason()).contains("TOKEN_NOT_FOUND");
        assertThat(deleted.reason()).contains("TOKEN_DELETED");
        assertThat(missing).matches(TokenStoreException::isTokenGone);
        assertThat(deleted).matches(TokenStoreException::isTokenGone);
    }

    @Test
    void listsMoreTokensThanAPageHolds() {
        var users = IntStream.range(0, 520).mapToObj(number -> "user-" + number).collect(Collectors.toSet());
        users.parallelStream()
                .forEach(user -> client.saveToken(TokenRecord.builder()
                        .userSignature(user)
                        .accessToken(SECRET + user)
                        .build()));

        try (var tokens = client.getTokens()) {
            assertThat(tokens.map(token -> token.userSignature().orElseThrow()))
                    .hasSize(520)
                    .containsExactlyInAnyOrderElementsOf(users);
        }
    }

    @Test
    void outlivesAKilledSidecar() {
        var id = client.saveToken(TokenRecord.builder().accessToken(SECRET).build())
                .id()
                .orElseThrow();

        sidecar.kill();
        assertThat(catchThrowableOfType(TokenStoreException.class, () -> client.findTokenById(id))
                        .status())
                .isEqualTo(StatusCode.UNAVAILABLE);
        sidecar.startAgain();
        var saved = client.saveToken(
                TokenRecord.builder().id(id).accessToken(SECRET + "-2").build());

        assertThat(client.findTokenById(id)).isEqualTo(saved);
    }
}
