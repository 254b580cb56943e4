package dev.tokenstore.store.kubernetes;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.CLIENT_SECRET;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.FaultProxy;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the Secrets look like, what people may do to them, and how many requests an operation costs.
class KubernetesTokenStorageIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private FaultProxy proxy;
    private TestStores stores;
    private TokenStore store;

    @BeforeEach
    void openThroughAProxy() {
        proxy = new FaultProxy(kubernetes.config());
        stores = TestStores.create(kubernetes, proxy.config());
        store = stores.open();
    }

    @AfterEach
    void close() {
        store.close();
        stores.close();
        proxy.close();
    }

    @Test
    void aTokenThatIsBeingDeletedIsGone() {
        var row = save(user("alice"));
        stores.edit(row, secret -> secret.getMetadata().setFinalizers(List.of("example.com/kept")));
        store.delete(row.id());
        assertThat(onlySecret().getMetadata().getDeletionTimestamp()).isNotNull();

        assertThat(store.findById(row.id())).isEmpty();
        assertThat(store.find(user("alice"))).isEmpty();
        var next = save(user("alice"));
        assertThat(next.id()).isNotEqualTo(row.id());
        assertThat(store.find(user("alice")).orElseThrow().id()).isEqualTo(next.id());
        stores.edit(row, secret -> secret.getMetadata().setFinalizers(List.of()));
    }

    @Test
    void aTokenIsOneSecretWithOneKeyPerField() {
        save(user("alice").with(EXPIRES_IN, "1893456000000"));

        var secret = onlySecret();
        assertThat(secret.getType()).isEqualTo("tokenstore.dev/oauth-token");
        assertThat(secret.getData())
                .containsOnlyKeys(
                        "id",
                        "user_signature",
                        "client_id",
                        "client_secret",
                        "refresh_token",
                        "access_token",
                        "expires_in");
        assertThat(text(secret, "access_token")).isEqualTo("fixture-secret-access-alice");
        assertThat(secret.getMetadata().getLabels())
                .containsEntry("app.kubernetes.io/managed-by", "oauth-token-store")
                .containsEntry("tokenstore.dev/store", stores.name())
                .containsKeys("tokenstore.dev/id-hash", "tokenstore.dev/user-hash");
        assertThat(secret.getMetadata().getAnnotations())
                .containsEntry("tokenstore.dev/layout", "1")
                .containsEntry("tokenstore.dev/state", "confirmed")
                .containsEntry("tokenstore.dev/renewable", "true")
                .containsEntry("tokenstore.dev/access-expires-at", "2030-01-01T00:00:00Z");
        assertThat(secret.getMetadata().getLabels().toString()
                        + secret.getMetadata().getAnnotations())
                .doesNotContain("fixture-secret")
                .doesNotContain("alice");
    }

    @Test
    void anIdAndAUsersFirstTokenAreFoundByOneRequestAndAFurtherClientsByTwo() {
        var first = save(user("alice"));
        save(user("alice")
                .with(CLIENT_ID, "C2")
                .with(REFRESH_TOKEN, "fixture-secret-2")
                .with(ACCESS_TOKEN, "fixture-secret-3"));
        proxy.forgetRequests();

        assertThat(store.findById(first.id())).isPresent();
        assertThat(proxy.requests()).hasSize(1);

        proxy.forgetRequests();
        assertThat(store.find(TokenFields.of(Map.of(USER_SIGNATURE, "alice")))).isPresent();
        assertThat(proxy.requests()).hasSize(1);

        proxy.forgetRequests();
        assertThat(store.find(TokenFields.of(Map.of(USER_SIGNATURE, "alice", CLIENT_ID, "C2"))))
                .get()
                .extracting(row ->
                        row.fields().get(REFRESH_TOKEN).orElseThrow().reveal().equals("fixture-secret-2"))
                .isEqualTo(true);
        assertThat(proxy.requests()).hasSize(2);
    }

    @Test
    void aRefreshIsOneReadAndOneWrite() {
        var first = save(user("alice"));
        proxy.forgetRequests();

        save(id(first).with(ACCESS_TOKEN, "fixture-secret-new"));

        assertThat(proxy.requests()).hasSize(2);
        assertThat(proxy.requests().getFirst()).startsWith("GET ");
        assertThat(proxy.requests().getLast()).startsWith("PATCH ");
    }

    @Test
    void whatOthersWroteBesideATokenSurvivesASave() {
        var row = save(user("alice"));
        stores.edit(row, secret -> {
            secret.getMetadata().getAnnotations().put("tokenstore.dev/keep", "true");
            secret.getMetadata().getLabels().put("team", "sales");
            secret.getData().put("note", "aGVsbG8=");
        });

        save(id(row).with(ACCESS_TOKEN, "fixture-secret-new"));

        var secret = onlySecret();
        assertThat(secret.getMetadata().getAnnotations()).containsEntry("tokenstore.dev/keep", "true");
        assertThat(secret.getMetadata().getLabels()).containsEntry("team", "sales");
        assertThat(secret.getData()).containsEntry("note", "aGVsbG8=");
    }

    @Test
    void aSecretEditedIntoNonsenseIsSkippedReportedAndHurtsNoOther() {
        var broken = save(user("alice"));
        var whole = save(user("bob"));
        stores.edit(broken, secret -> secret.getData().put("expires_in", base64("soon")));

        assertThat(store.list(0, "").tokens()).extracting(StoredToken::name).containsExactly(whole.name());
        assertThat(store.find(TokenFields.of(Map.of(USER_SIGNATURE, "alice")))).isEmpty();
        assertThatThrownBy(() -> store.findById(broken.id())).isInstanceOfSatisfying(StorageException.class, e -> {
            assertThat(e.reason()).isEqualTo(Reason.TOKEN_UNREADABLE);
            assertThat(e).hasMessageContaining(broken.name()).hasMessageContaining("expires_in");
        });
        assertThatThrownBy(() -> store.save(id(broken).with(ACCESS_TOKEN, "fixture-secret-new")))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOKEN_UNREADABLE));
        assertThat(stores.unreadable()).contains(broken.name()).doesNotContain(whole.name());
        assertThat(stores.secrets()).hasSize(2);
    }

    @Test
    void aUserWhoseSecretIsNonsenseCanSaveANewToken() {
        var broken = save(user("alice"));
        stores.edit(broken, secret -> secret.getData().put("access_token", "/w=="));

        var anew = save(user("alice"));

        assertThat(anew.name()).isNotEqualTo(broken.name());
        assertThat(store.find(TokenFields.of(Map.of(USER_SIGNATURE, "alice"))))
                .get()
                .extracting(StoredToken::name)
                .isEqualTo(anew.name());
    }

    @Test
    void aLayoutOfTheFutureIsLeftAlone() {
        var row = save(user("alice"));
        stores.edit(row, secret -> secret.getMetadata().getAnnotations().put("tokenstore.dev/layout", "2"));

        assertThatThrownBy(() -> store.findById(row.id())).hasMessageContaining("layout");
        assertThat(stores.unreadable()).contains(row.name());
    }

    @Test
    void garbledAnnotationsLoseNoToken() {
        var row = save(user("alice"));
        stores.edit(
                row,
                secret -> secret.getMetadata()
                        .getAnnotations()
                        .replaceAll((key, value) -> key.equals("tokenstore.dev/layout") ? value : "?? " + value));

        assertThat(store.findById(row.id())).isPresent();
        assertThat(store.find(TokenFields.of(Map.of(USER_SIGNATURE, "alice")))).isPresent();
        assertThat(save(id(row).with(ACCESS_TOKEN, "fixture-secret-new")).name())
                .isEqualTo(row.name());
    }

    @Test
    void aNameLeftByARowThatMovedOnDoesNotMislead() {
        var bob = save(user("bob"));
        save(id(bob).with(USER_SIGNATURE, "carol"));

        assertThat(store.find(TokenFields.of(Map.of(USER_SIGNATURE, "bob")))).isEmpty();
        assertThat(find("carol").name()).isEqualTo(bob.name());

        var anew = save(TokenFields.of(Map.of(USER_SIGNATURE, "bob", REFRESH_TOKEN, "fixture-secret-other")));

        assertThat(anew.name()).isNotEqualTo(bob.name());
        assertThat(find("bob").name()).isEqualTo(anew.name());
        assertThat(find("carol").name()).isEqualTo(bob.name());
    }

    @Test
    void twoRowsThatCameToShareAUserAreToldApartByWhoHadItLonger() {
        var alice = save(user("alice"));
        var bob = save(user("bob"));

        save(id(bob).with(USER_SIGNATURE, "alice"));

        assertThat(find("alice").name()).isEqualTo(alice.name());
        store.delete(alice.id());
        assertThat(find("alice").name()).isEqualTo(bob.name());
    }

    @Test
    void whatACreatorLeftPendingIsInvisibleAndGivesWayToANewSave() {
        var leftBehind = leavePending(Instant.now());

        assertThat(store.find(TokenFields.of(Map.of(USER_SIGNATURE, "alice")))).isEmpty();
        assertThat(store.find(TokenFields.of(Map.of(ID, "left-behind")))).isEmpty();
        assertThat(store.list(0, "").tokens()).isEmpty();

        var row = save(user("alice"));

        assertThat(row.fields().get(ID)).isNotEqualTo(leftBehind.get(ID));
        assertThat(stores.secrets()).hasSize(1);
    }

    @Test
    void whatWasLeftPendingLongAgoIsNotWaitedFor() {
        leavePending(Instant.now().minusSeconds(60));
        proxy.forgetRequests();

        save(user("alice"));

        assertThat(proxy.requests().stream()
                        .map(request -> request.split(" ")[0])
                        .dropWhile(method -> !method.equals("POST"))
                        .limit(4))
                .containsExactly("POST", "GET", "DELETE", "POST");
        assertThat(stores.secrets()).hasSize(1);
    }

    /// Does what a creator does before it dies; returns the row's fields.
    private TokenFields leavePending(Instant since) {
        var writer = new SecretWriter(stores.name(), new SecureRandom());
        var fields = user("alice").with(ID, "left-behind");
        var names = new SecretNames(
                kubernetes.namespace() + "/" + stores.name(),
                stores.name(),
                new GeneratedIds("any", new SecureRandom()));
        var name = names.ofUser(fields.get(USER_SIGNATURE).orElseThrow());
        kubernetes
                .admin()
                .secrets()
                .inNamespace(kubernetes.namespace())
                .resource(writer.pending(name, fields, since))
                .create();
        return fields;
    }

    @Test
    void deleteTokensReadsNoBodiesAndLeavesOtherStoresAlone() {
        var writer = new SecretWriter(stores.name(), new SecureRandom());
        IntStream.range(0, 620)
                .parallel()
                .forEach(i -> kubernetes
                        .admin()
                        .secrets()
                        .inNamespace(kubernetes.namespace())
                        .resource(writer.pending(
                                stores.name() + "-" + i, user("user" + i).with(ID, "id" + i), Instant.EPOCH))
                        .create());
        var other = TestStores.create(kubernetes);
        try (var neighbour = other.open()) {
            neighbour.save(user("neighbour"));
            proxy.forgetRequests();

            assertThat(store.deleteAll()).isEqualTo(620);

            assertThat(stores.secrets()).isEmpty();
            assertThat(other.secrets()).hasSize(1);
            assertThat(proxy.requests())
                    .filteredOn(request -> request.startsWith("GET ") && request.contains("/secrets"))
                    .isNotEmpty()
                    .allMatch(request -> request.contains("as=PartialObjectMetadataList"));
        }
        other.close();
    }

    @Test
    void aTokenIsOneOfTheStoresByTypeAndStoreLabelAlone() {
        var row = save(user("alice"));
        stores.edit(row, secret -> secret.getMetadata().getLabels().remove("app.kubernetes.io/managed-by"));

        assertThat(store.findById(row.id())).isPresent();
        assertThat(store.list(0, "").tokens()).extracting(StoredToken::name).containsExactly(row.name());
        assertThat(store.deleteAll()).isEqualTo(1);
    }

    @Test
    void aPageTokenThatOutlivedItsListSaysStartAgain() {
        save(user("alice"));
        save(user("bob"));
        var first = store.list(1, "");
        proxy.once("GET", FaultProxy.Fault.GONE);

        assertThatThrownBy(() -> store.list(1, first.next().orElseThrow()))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.PAGE_TOKEN_EXPIRED))
                .hasMessageContaining("start again");
    }

    @Test
    void pagesAreBoundedInBytesToo() {
        var large = "fixture-secret" + "x".repeat(16 * 1024 - 20);
        for (int i = 0; i < 30; i++) {
            save(TokenFields.of(Map.of(
                    USER_SIGNATURE,
                    "u" + i + large.substring(100),
                    REFRESH_TOKEN,
                    "r" + i + large.substring(100),
                    ACCESS_TOKEN,
                    "a" + i + large.substring(100),
                    TokenField.GRANT_TOKEN,
                    "g" + i + large.substring(100),
                    CLIENT_ID,
                    large,
                    CLIENT_SECRET,
                    large)));
        }

        var first = store.list(0, "");
        var second = store.list(0, first.next().orElseThrow());

        assertThat(first.tokens()).hasSizeBetween(15, 25);
        assertThat(second.next()).isEmpty();
        assertThat(second.tokens()).hasSize(30 - first.tokens().size());
        assertThat(second.tokens())
                .extracting(StoredToken::name)
                .doesNotContainAnyElementsOf(
                        first.tokens().stream().map(StoredToken::name).toList());
    }

    @Test
    void stampsAreTheApiServersHoweverWrongTheClockOfThePod() {
        try (var storage = stores.storage(() -> InstantSource.system().instant().plus(Duration.ofHours(5)));
                var hoursAhead = new TokenStore(storage, storage, storage.uses(), new SecureRandom())) {
            hoursAhead.save(user("alice"));
        }

        var secret = onlySecret();
        assertThat(Instant.parse(secret.getMetadata().getAnnotations().get(TokenSecretLayout.SAVED_AT)))
                .isBetween(
                        Instant.parse(secret.getMetadata().getCreationTimestamp())
                                .minusSeconds(3),
                        Instant.parse(secret.getMetadata().getCreationTimestamp())
                                .plusSeconds(3));
    }

    @Test
    void aReplyThatWasLostCausesNoFalseConflictAndNoTwin() {
        proxy.once("POST", FaultProxy.Fault.SWALLOW_REPLY);
        proxy.once("PATCH", FaultProxy.Fault.SWALLOW_REPLY);
        var row = save(user("alice"));
        assertThat(stores.secrets()).hasSize(1);

        for (var fault : List.of(
                FaultProxy.Fault.SWALLOW_REPLY,
                FaultProxy.Fault.CUT_REPLY,
                FaultProxy.Fault.DOUBLE,
                FaultProxy.Fault.DROP_REQUEST,
                FaultProxy.Fault.TOO_MANY_REQUESTS,
                FaultProxy.Fault.UNAVAILABLE)) {
            proxy.once("PATCH", fault);
            var saved = store.saveIfVersion(id(row).with(ACCESS_TOKEN, "fixture-secret-" + fault), row.version());

            assertThat(saved).as(fault.name()).isInstanceOf(SaveResult.Saved.class);
            row = ((SaveResult.Saved) saved).token();
        }
        assertThat(stores.secrets()).hasSize(1);
    }

    @Test
    void aDeleteWhoseReplyWasLostSucceeds() {
        var row = save(user("alice"));
        proxy.once("DELETE", FaultProxy.Fault.SWALLOW_REPLY);

        store.delete(row.id());

        assertThat(stores.secrets()).isEmpty();
    }

    private StoredToken find(String user) {
        return store.find(TokenFields.of(Map.of(USER_SIGNATURE, user))).orElseThrow();
    }

    private StoredToken save(TokenFields fields) {
        return ((SaveResult.Saved) store.save(fields)).token();
    }

    private static TokenFields id(StoredToken row) {
        return TokenFields.of(Map.of(ID, row.fields().get(ID).orElseThrow().reveal()));
    }

    private static TokenFields user(String user) {
        var fields = new EnumMap<TokenField, String>(TokenField.class);
        fields.put(USER_SIGNATURE, user);
        fields.put(CLIENT_ID, "C1");
        fields.put(CLIENT_SECRET, "fixture-secret-client");
        fields.put(REFRESH_TOKEN, "fixture-secret-refresh-" + user);
        fields.put(ACCESS_TOKEN, "fixture-secret-access-" + user);
        return TokenFields.of(fields);
    }

    private Secret onlySecret() {
        assertThat(stores.secrets()).hasSize(1);
        return stores.secrets().getFirst();
    }

    private static String text(Secret secret, String key) {
        return new String(Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
