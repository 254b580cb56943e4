package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.testing.KubernetesForTests;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What becomes of tokens, role bindings and namespaces when stores are deleted, with Kubernetes' own controllers at
/// work: with the operator and without.
@Execution(ExecutionMode.CONCURRENT)
class DepartureIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withTokenStores().withControllers();

    private OperatorUnderTest operator;

    @BeforeEach
    void startOperator() {
        operator = OperatorUnderTest.start(kubernetes);
    }

    @AfterEach
    void stopOperator() {
        operator.close();
    }

    @Test
    void tokensStayUnlessAskedOtherwise() {
        operator.create(token("one"));
        operator.createStore("crm", "{}");
        operator.awaitReady("crm");
        assertThat(operator.store("crm").getMetadata().getFinalizers()).isEmpty();

        delete("crm");

        awaitStoreGone("crm");
        assertThat(operator.exists("one")).isTrue();
    }

    @Test
    void tokensGoWithTheStoreButThoseOfOthersAndKeptOnesStay() {
        IntStream.range(0, 20).forEach(i -> operator.create(token("mine-" + i)));
        operator.create(token("kept").with(TokenSecretLayout.KEEP, "true"));
        operator.create(token("garbage").with(TokenSecretLayout.SAVED_AT, "never"));
        operator.create(TokenSecret.of("billing", "theirs", operator.clock.instant()));
        operator.createStore("billing", "{}");
        operator.createStore("crm", "{deletionPolicy: Delete, access: {serviceAccounts: [{name: worker}]}}");
        operator.awaitReady("crm");
        await().atMost(PATIENCE)
                .until(() -> operator.store("crm").getMetadata().getFinalizers().contains("tokenstore.dev/tokens"));

        delete("crm");

        awaitStoreGone("crm");
        assertThat(operator.exists("mine-0")).isFalse();
        assertThat(operator.exists("mine-19")).isFalse();
        assertThat(operator.exists("garbage")).isFalse();
        assertThat(operator.exists("kept")).isTrue();
        assertThat(operator.exists("theirs")).isTrue();
        assertThat(operator.awaitEvent("TokensDeleted").getNote())
                .isEqualTo("Deleted tokens: 21 (StoreDeleted); left because they are annotated tokenstore.dev/keep: 1");
    }

    @Test
    void theFinalizerComesAndGoesWithThePolicy() {
        operator.createStore("crm", "{deletionPolicy: Delete}");
        await().atMost(PATIENCE)
                .until(() -> operator.store("crm").getMetadata().getFinalizers().contains("tokenstore.dev/tokens"));

        operator.createStore("crm", "{deletionPolicy: Retain}");
        await().atMost(PATIENCE)
                .until(() -> operator.store("crm").getMetadata().getFinalizers().isEmpty());
    }

    @Test
    void aNamespaceDoesNotWaitForTheTokensOfItsStore() {
        IntStream.range(0, 50).forEach(i -> operator.create(token("mine-" + i)));
        operator.createStore("crm", "{deletionPolicy: Delete, access: {serviceAccounts: [{name: worker}]}}");
        operator.awaitReady("crm");
        await().atMost(PATIENCE)
                .until(() -> operator.store("crm").getMetadata().getFinalizers().contains("tokenstore.dev/tokens"));

        kubernetes.admin().namespaces().withName(operator.namespace).delete();

        awaitNamespaceGone();
    }

    @Test
    void withoutTheOperatorAStoreStillTakesItsBindingsWithIt() {
        operator.createStore("crm", "{access: {serviceAccounts: [{name: worker}]}}");
        await().atMost(PATIENCE).until(() -> binding("oauth-token-store-client"));
        operator.stop();

        delete("crm");

        await().atMost(PATIENCE)
                .until(() -> !binding("oauth-token-store-client") && !binding("oauth-token-store-cleaner"));
    }

    @Test
    void withoutTheOperatorANamespaceStillGoes() {
        operator.create(token("one"));
        operator.createStore("crm", "{access: {serviceAccounts: [{name: worker}]}}");
        operator.awaitReady("crm");
        operator.stop();

        kubernetes.admin().namespaces().withName(operator.namespace).delete();

        awaitNamespaceGone();
    }

    @Test
    void anAdministratorsDeletionOfATokenIsNobodysBusiness() {
        operator.create(token("one"));
        operator.createStore("crm", "{access: {serviceAccounts: [{name: worker}]}}");
        operator.awaitReady("crm");

        kubernetes
                .admin()
                .secrets()
                .inNamespace(operator.namespace)
                .withName("one")
                .delete();

        operator.awaitGone("one");
    }

    private TokenSecret token(String name) {
        return TokenSecret.of("crm", name, operator.clock.instant());
    }

    private void delete(String store) {
        kubernetes
                .admin()
                .resources(OAuthTokenStore.class)
                .inNamespace(operator.namespace)
                .withName(store)
                .delete();
    }

    private void awaitStoreGone(String store) {
        await().atMost(PATIENCE)
                .until(() -> kubernetes
                                .admin()
                                .resources(OAuthTokenStore.class)
                                .inNamespace(operator.namespace)
                                .withName(store)
                                .get()
                        == null);
    }

    private void awaitNamespaceGone() {
        await().atMost(PATIENCE)
                .until(() -> kubernetes
                                .admin()
                                .namespaces()
                                .withName(operator.namespace)
                                .get()
                        == null);
    }

    private boolean binding(String name) {
        return kubernetes
                        .admin()
                        .rbac()
                        .roleBindings()
                        .inNamespace(operator.namespace)
                        .withName(name)
                        .get()
                != null;
    }
}
