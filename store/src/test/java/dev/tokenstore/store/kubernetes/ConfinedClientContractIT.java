package dev.tokenstore.store.kubernetes;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.OAuthTokenStoreSpec.Access;
import dev.tokenstore.api.OAuthTokenStoreSpec.Client;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.TokenStoreContract;
import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The whole contract as an account that a store lists: with the rights of the shipped client role, and with the
/// shipped policies in force.
class ConfinedClientContractIT implements TokenStoreContract {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withCustomResourceDefinitions(Path.of("../deploy/crds"));

    private static final String STORE = "crm";

    @BeforeAll
    static void rolesAndPolicies() {
        kubernetes.apply(Path.of("../deploy/operator/rbac.yaml"));
        kubernetes.apply(Path.of("../deploy/operator/policies.yaml"));
    }

    @Override
    public StoreUnderTest newStore(OAuthTokenStoreSpec spec) {
        var namespace = kubernetes.newNamespace();
        var store = new OAuthTokenStore();
        store.setMetadata(
                new ObjectMetaBuilder().withName(STORE).withNamespace(namespace).build());
        store.setSpec(new OAuthTokenStoreSpec(
                spec.sessionTimeout(),
                spec.maxTokenAge(),
                spec.cleanup(),
                spec.limits(),
                new Access(List.of(new Client(TestStores.ACCOUNT, null, null))),
                spec.deletionPolicy(),
                spec.suspend()));
        kubernetes.admin().resource(store).create();
        kubernetes.apply("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: oauth-token-store-client, namespace: %1$s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: oauth-token-store-client}
                subjects: [{kind: ServiceAccount, name: %2$s, namespace: %1$s}]
                """.formatted(namespace, TestStores.ACCOUNT));
        awaitConfined(namespace, "Opaque", STORE, "oauth-token-store-secrets");
        awaitConfined(namespace, TokenSecretLayout.SECRET_TYPE, "other", "oauth-token-store-clients");
        var config = kubernetes.configAs(namespace, TestStores.ACCOUNT);
        return TestStores.of(kubernetes, namespace, STORE, config);
    }

    private static void awaitConfined(String namespace, String type, String store, String policy) {
        var secret = new SecretBuilder()
                .withNewMetadata()
                .withName("attempt")
                .addToLabels(TokenSecretLayout.STORE_LABEL, store)
                .endMetadata()
                .withType(type)
                .build();
        var client = kubernetes.clientAs(namespace, TestStores.ACCOUNT);
        await().untilAsserted(() -> assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> client.secrets().resource(secret).dryRun().create())
                .withMessageContaining("ValidatingAdmissionPolicy '" + policy + "'"));
    }
}
