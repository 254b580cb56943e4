package dev.tokenstore.store.kubernetes;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.ShippedPolicies;
import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the caller is told when the store cannot be used, and that it works again when the reason has gone.
class KubernetesStoreAccessIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    private String namespace;

    @BeforeEach
    void freshNamespace() {
        namespace = kubernetes.newNamespace();
        kubernetes.apply(ShippedPolicies.ROLES);
    }

    @Test
    void aStoreThatIsNotThereIsReportedUntilItIs() {
        try (var connection = connect(adminConfig());
                var store = open(connection)) {
            var failure = failureOf(() -> store.save(token()));

            assertThat(failure.reason()).isEqualTo(Reason.STORE_NOT_FOUND);
            assertThat(failure)
                    .hasMessageContaining("crm")
                    .hasMessageContaining(namespace)
                    .hasMessageContaining("create it");

            createStore();

            assertThat(store.save(token())).isInstanceOf(SaveResult.Saved.class);
        }
    }

    @Test
    void anAccountWithoutRightsIsToldWhoItIsAndNotWhetherTheStoreExists() {
        try (var connection = connect(kubernetes.configAs(namespace, "worker"));
                var store = open(connection)) {
            var without = failureOf(() -> store.find(user()));
            createStore();
            var with = failureOf(() -> store.find(user()));

            assertThat(without.reason()).isEqualTo(Reason.STORE_NOT_ACCESSIBLE);
            assertThat(with.reason()).isEqualTo(without.reason());
            assertThat(with).hasMessage(without.getMessage());
            assertThat(with)
                    .hasMessageContaining("system:serviceaccount:" + namespace + ":worker")
                    .hasMessageContaining("does not exist, or")
                    .hasMessageContaining(
                            "{name: worker, namespace: " + namespace + "} in its spec.access.serviceAccounts");
        }
    }

    @Test
    void theShippedClientRoleIsEnoughForAllSixOperations() {
        createStore().bind("oauth-token-store-client", "worker");
        try (var connection = connect(kubernetes.configAs(namespace, "worker"));
                var storage = connection.storage(namespace, "crm", new SecureRandom(), name -> {});
                var store = new TokenStore(storage, storage, storage.uses(), new SecureRandom())) {
            await().ignoreExceptions().untilAsserted(storage::check);

            var saved = ((SaveResult.Saved) store.save(token())).token();
            assertThat(store.find(user())).isPresent();
            assertThat(store.findById(saved.id())).isPresent();
            assertThat(store.save(saved.fields().with(ACCESS_TOKEN, "fixture-secret-2")))
                    .isInstanceOf(SaveResult.Saved.class);
            assertThat(store.list(0, "").tokens()).hasSize(1);
            store.delete(saved.id());
            store.save(token());
            assertThat(store.deleteAll()).isEqualTo(1);
        }
    }

    @Test
    void rightsThatAreTakenAwayAreReportedAtOnce() {
        createStore().bind("oauth-token-store-client", "worker");
        try (var connection = connect(kubernetes.configAs(namespace, "worker"));
                var store = open(connection)) {
            await().ignoreExceptions().until(() -> store.find(user()).isEmpty());

            kubernetes.admin().rbac().roleBindings().inNamespace(namespace).delete();

            await().untilAsserted(() ->
                    assertThat(failureOf(() -> store.find(user())).reason()).isEqualTo(Reason.STORE_NOT_ACCESSIBLE));
        }
    }

    @Test
    void aFullNamespaceSaysSo() {
        createStore();
        kubernetes
                .admin()
                .resourceQuotas()
                .inNamespace(namespace)
                .resource(new ResourceQuotaBuilder()
                        .withNewMetadata()
                        .withName("few")
                        .endMetadata()
                        .withNewSpec()
                        .withHard(Map.of("count/secrets", new Quantity("0")))
                        .endSpec()
                        .build())
                .create();
        kubernetes
                .admin()
                .resourceQuotas()
                .inNamespace(namespace)
                .withName("few")
                .editStatus(quota -> new ResourceQuotaBuilder(quota)
                        .withNewStatus()
                        .withHard(Map.of("count/secrets", new Quantity("0")))
                        .withUsed(Map.of("count/secrets", new Quantity("0")))
                        .endStatus()
                        .build());
        try (var connection = connect(adminConfig());
                var store = open(connection)) {
            await().untilAsserted(() ->
                    assertThat(failureOf(() -> store.save(token())).reason()).isEqualTo(Reason.STORAGE_FULL));
        }
    }

    @Test
    void anApiServerThatIsDownIsReportedAndForgottenWhenItIsBack() {
        createStore();
        try (var connection = connect(adminConfig());
                var store = open(connection)) {
            store.save(token());

            kubernetes.server().stopApiServer();
            var failure = failureOf(() -> store.find(user()));
            kubernetes.server().startApiServer();

            assertThat(failure.reason()).isEqualTo(Reason.API_SERVER_UNAVAILABLE);
            assertThat(failure).hasMessageContaining("try again").hasMessageNotContaining("fixture-secret");
            await().ignoreExceptions().until(() -> store.find(user()).isPresent());
        }
    }

    private Config adminConfig() {
        return new ConfigBuilder(kubernetes.config())
                .withRequestTimeout((int) Duration.ofSeconds(2).toMillis())
                .build();
    }

    private static KubernetesConnection connect(Config config) {
        return KubernetesConnection.open(config, InstantSource.system());
    }

    private TokenStore open(KubernetesConnection connection) {
        var storage = connection.storage(namespace, "crm", new SecureRandom(), name -> {});
        return new TokenStore(storage, storage, storage.uses(), new SecureRandom());
    }

    private TestStore createStore() {
        return TestStore.in(kubernetes, namespace, "crm").apply("{}");
    }

    private static StorageException failureOf(ThrowingCallable call) {
        var failure = catchThrowableOfType(StorageException.class, call);
        assertThat(failure).isNotNull();
        return failure;
    }

    private static TokenFields user() {
        return TokenFields.of(Map.of(USER_SIGNATURE, "alice"));
    }

    private static TokenFields token() {
        return user().with(REFRESH_TOKEN, "fixture-secret-refresh").with(ACCESS_TOKEN, "fixture-secret-access");
    }
}
