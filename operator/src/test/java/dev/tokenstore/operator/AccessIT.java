package dev.tokenstore.operator;

import static dev.tokenstore.operator.OperatorUnderTest.condition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.SubjectBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Who gets which role where a store is, and what is said of a namespace that others share.
@Execution(ExecutionMode.CONCURRENT)
class AccessIT {
    private static final String CLEANER = "oauth-token-store-cleaner";
    private static final String CLIENT = "oauth-token-store-client";
    private static final String READER = "oauth-token-store-reader";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

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
    void theListedAccountsAndTheOperatorGetTheirRolesAndLoseThemWithTheirEntry() {
        operator.createStore("crm", """
                {access: {serviceAccounts: [
                  {name: worker, namespace: sales}, {name: own}, {name: report, namespace: sales, readOnly: true}]}}""");

        var status = awaitAccess("crm", "Bound");
        assertThat(condition(status, "AccessGranted").getStatus()).isEqualTo("True");
        assertThat(condition(status, "AccessGranted").getMessage())
                .isEqualTo("Service accounts that may use the store: 2, that may only read: 1");
        assertThat(subjects(CLIENT)).containsExactlyInAnyOrder("sales/worker", operator.namespace + "/own");
        assertThat(subjects(READER)).containsExactly("sales/report");
        assertThat(subjects(CLEANER)).containsExactly("oauth-token-store/oauth-token-store-operator");
        assertThat(List.of(CLIENT, READER, CLEANER)).allSatisfy(name -> {
            var binding = binding(name).orElseThrow();
            assertThat(binding.getRoleRef().getName()).isEqualTo(name);
            assertThat(binding.getMetadata().getOwnerReferences())
                    .singleElement()
                    .satisfies(owner -> {
                        assertThat(owner.getKind()).isEqualTo("OAuthTokenStore");
                        assertThat(owner.getUid())
                                .isEqualTo(operator.store("crm").getMetadata().getUid());
                    });
        });

        operator.createStore("crm", "{access: {serviceAccounts: [{name: own}]}}");
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(subjects(CLIENT)).containsExactly(operator.namespace + "/own");
            assertThat(binding(READER)).isEmpty();
        });

        operator.createStore("crm", "{}");
        awaitAccess("crm", "NobodyListed");
        assertThat(binding(CLIENT)).isEmpty();
        assertThat(binding(CLEANER)).isPresent();
    }

    @Test
    void aListedAccountCanSaveTokensAndAReaderCanOnlyRead() {
        operator.createStore("crm", "{access: {serviceAccounts: [{name: worker}, {name: report, readOnly: true}]}}");
        awaitAccess("crm", "Bound");

        var token = TokenSecret.of("crm", "one", operator.clock.instant()).build();
        await().atMost(PATIENCE).ignoreExceptions().until(() -> createdBy("worker", token));

        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> kubernetes
                                .clientAs(operator.namespace, "report")
                                .secrets()
                                .withName("one")
                                .get()
                        != null);
        var second = TokenSecret.of("crm", "two", operator.clock.instant()).build();
        assertThat(refusedTo("report", second)).isEqualTo(403);
        assertThat(refusedTo("stranger", second)).isEqualTo(403);
    }

    @Test
    void whatSomeoneChangesAboutABindingIsPutRight() {
        operator.createStore("crm", "{access: {serviceAccounts: [{name: worker}]}}");
        awaitAccess("crm", "Bound");
        var uid = binding(CLIENT).orElseThrow().getMetadata().getUid();

        change(
                CLIENT,
                binding -> new RoleBindingBuilder(binding)
                        .addToSubjects(new SubjectBuilder()
                                .withKind("ServiceAccount")
                                .withNamespace("elsewhere")
                                .withName("intruder")
                                .build())
                        .build());
        awaitBinding(CLIENT, binding -> binding.getSubjects().size() == 1);
        assertThat(subjects(CLIENT)).containsExactly(operator.namespace + "/worker");

        kubernetes.admin().resource(binding(CLIENT).orElseThrow()).delete();
        awaitBinding(CLIENT, binding -> !binding.getMetadata().getUid().equals(uid));
        assertThat(subjects(CLIENT)).containsExactly(operator.namespace + "/worker");

        var wrongRole = new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(operator.namespace)
                .withName(CLEANER)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "view")
                .build();
        kubernetes.admin().resource(binding(CLEANER).orElseThrow()).delete();
        kubernetes.admin().resource(wrongRole).createOr(NonDeletingOperation::update);
        awaitBinding(CLEANER, binding -> binding.getRoleRef().getName().equals(CLEANER));
        operator.awaitReady("crm");
    }

    @Test
    void theLastStoreOfANamespaceTakesAllRolesWithIt() {
        operator.createStore("crm", "{access: {serviceAccounts: [{name: worker}]}}");
        operator.createStore("billing", "{access: {serviceAccounts: [{name: clerk}, {name: worker, readOnly: true}]}}");
        assertThat(condition(
                                operator.awaitStatus(
                                        "billing", status -> OperatorUnderTest.is(status, "AccessGranted", "False")),
                                "AccessGranted")
                        .getMessage())
                .contains("tokenstore.dev/shared-namespace=true");
        operator.allowSecondStore("crm");
        operator.allowSecondStore("billing");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(subjects(CLIENT))
                        .containsExactlyInAnyOrder(operator.namespace + "/worker", operator.namespace + "/clerk"));
        assertThat(binding(READER))
                .as("who may write to one store may write to all")
                .isEmpty();

        kubernetes.admin().resource(operator.store("crm")).delete();
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(subjects(CLIENT)).containsExactly(operator.namespace + "/clerk");
            assertThat(subjects(READER)).containsExactly(operator.namespace + "/worker");
        });
        assertThat(binding(CLEANER).orElseThrow().getMetadata().getOwnerReferences())
                .hasSize(1);

        kubernetes.admin().resource(operator.store("billing")).delete();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(List.of(binding(CLIENT), binding(READER), binding(CLEANER)))
                        .allMatch(Optional::isEmpty));
    }

    @Test
    void losingAndRegainingItsRightsInANamespaceEndsNeitherTheOperatorNorItsSight() {
        operator.createStore("crm", "{sessionTimeout: 1h}");
        operator.awaitReady("crm");
        kubernetes.admin().resource(operator.store("crm")).delete();
        await().atMost(PATIENCE).until(() -> binding(CLEANER).isEmpty());

        operator.create(TokenSecret.of("crm", "idle", operator.clock.instant()));
        operator.createStore("crm", "{sessionTimeout: 1h}");

        assertThat(Objects.requireNonNull(operator.awaitReady("crm").tokens()).total())
                .isOne();
        operator.advance(Duration.ofHours(2), "crm");
        operator.awaitGone("idle");
    }

    @Test
    void aStoreThatIsCreatedAgainAtOnceIsReconciledEveryTime() {
        for (int i = 0; i < 5; i++) {
            operator.createStore("crm", "{access: {serviceAccounts: [{name: worker}]}}");
            operator.awaitReady("crm");
            kubernetes.admin().resource(operator.store("crm")).delete();
        }
        operator.createStore("crm", "{access: {serviceAccounts: [{name: worker}]}}");

        awaitAccess("crm", "Bound");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(subjects(CLIENT)).containsExactly(operator.namespace + "/worker"));
    }

    @Test
    void saysThatANamespaceIsShared() {
        operator.createStore("crm", "{}");
        var status = operator.awaitStatus("crm", s -> OperatorUnderTest.is(s, "Isolated", "True"));
        assertThat(condition(status, "Isolated").getReason()).isEqualTo("OwnNamespace");

        create(new SecretBuilder()
                .withNewMetadata()
                .withName("db-password")
                .endMetadata()
                .build());
        create(new SecretBuilder()
                .withNewMetadata()
                .withName("tls")
                .endMetadata()
                .withType("example.org/other")
                .build());
        operator.create(TokenSecret.of("crm", "one", operator.clock.instant()));
        status = operator.advance(Duration.ofMinutes(11), "crm");
        assertThat(condition(status, "Isolated").getStatus()).isEqualTo("False");
        assertThat(condition(status, "Isolated").getReason()).isEqualTo("SharedNamespace");
        assertThat(condition(status, "Isolated").getMessage()).contains("that are not tokens: 2.");

        operator.createStore("billing", "{}");
        status = operator.awaitStatus(
                "crm", s -> condition(s, "Isolated").getReason().equals("SecondStore"));
        assertThat(condition(status, "Isolated").getMessage())
                .contains("Other stores in this namespace: 1.")
                .contains("that are not tokens: 2.");
    }

    private OAuthTokenStoreStatus awaitAccess(String store, String reason) {
        return operator.awaitStatus(
                store,
                status -> status.conditions().stream()
                        .anyMatch(condition -> condition.getType().equals("AccessGranted")
                                && condition.getReason().equals(reason)
                                && condition
                                        .getObservedGeneration()
                                        .equals(operator.store(store)
                                                .getMetadata()
                                                .getGeneration())));
    }

    private Optional<RoleBinding> binding(String name) {
        return Optional.ofNullable(kubernetes
                .admin()
                .rbac()
                .roleBindings()
                .inNamespace(operator.namespace)
                .withName(name)
                .get());
    }

    private List<String> subjects(String name) {
        return binding(name).stream()
                .flatMap(binding -> binding.getSubjects().stream())
                .map(subject -> subject.getNamespace() + "/" + subject.getName())
                .toList();
    }

    private void awaitBinding(String name, Predicate<RoleBinding> wanted) {
        await().atMost(PATIENCE).until(() -> binding(name).filter(wanted).isPresent());
    }

    private void change(String name, UnaryOperator<RoleBinding> change) {
        kubernetes
                .admin()
                .rbac()
                .roleBindings()
                .inNamespace(operator.namespace)
                .withName(name)
                .edit(change);
    }

    private void create(Secret secret) {
        kubernetes
                .admin()
                .secrets()
                .inNamespace(operator.namespace)
                .resource(secret)
                .create();
    }

    private boolean createdBy(String account, Secret secret) {
        return kubernetes
                        .clientAs(operator.namespace, account)
                        .secrets()
                        .resource(secret)
                        .create()
                != null;
    }

    private int refusedTo(String account, Secret secret) {
        try {
            createdBy(account, secret);
            return 0;
        } catch (KubernetesClientException e) {
            return e.getCode();
        }
    }
}
