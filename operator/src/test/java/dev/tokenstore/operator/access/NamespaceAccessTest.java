package dev.tokenstore.operator.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.OAuthTokenStoreSpec.Access;
import dev.tokenstore.api.OAuthTokenStoreSpec.Client;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamespaceAccessTest {
    private static final ServiceAccountRef OPERATOR = new ServiceAccountRef("oauth-token-store", "operator");
    private static final ServiceAccountRef WORKER = new ServiceAccountRef("sales", "worker");
    private static final ServiceAccountRef REPORT = new ServiceAccountRef("tokens", "report");

    private final Client worker = new Client("worker", "sales", null);
    private final Client workerReading = new Client("worker", "sales", true);
    private final Client report = new Client("report", null, true);

    @Test
    void anAccountWithoutNamespaceIsOfTheStoresOwn() {
        var access = decide(List.of(store("crm", worker, report)), true, Map.of());

        assertThat(access.subjects().get(BoundRole.CLIENT)).containsExactly(WORKER);
        assertThat(access.subjects().get(BoundRole.READER)).containsExactly(REPORT);
        assertThat(access.subjects().get(BoundRole.CLEANER)).containsExactly(OPERATOR);
    }

    @Test
    void whoMayWriteToOneStoreOfTheNamespaceIsNoMereReader() {
        var access = decide(List.of(store("crm", worker), store("billing", workerReading)), true, Map.of());

        assertThat(access.subjects().get(BoundRole.CLIENT)).containsExactly(WORKER);
        assertThat(access.subjects().get(BoundRole.READER)).isEmpty();
    }

    @Test
    void withoutThePolicyNobodyIsAddedAndWhoWasBoundStays() {
        var stores = List.of(store("crm", worker, report));

        assertThat(decide(stores, false, Map.of()).subjects().get(BoundRole.CLIENT))
                .isEmpty();
        var access = decide(stores, false, Map.of(BoundRole.CLIENT, Set.of(WORKER, REPORT)));
        assertThat(access.subjects().get(BoundRole.CLIENT)).containsExactly(WORKER);
        assertThat(access.subjects().get(BoundRole.READER))
                .as("a client of another level is not bound at this one")
                .isEmpty();
    }

    @Test
    void aStoreThatIsBeingDeletedHasNoClientsButIsStillCleaned() {
        var store = store("crm", worker);
        store.getMetadata().setDeletionTimestamp("2030-01-01T00:00:00Z");

        var access = decide(List.of(store), true, Map.of());

        assertThat(access.binding("tokens", BoundRole.CLIENT)).isEmpty();
        assertThat(access.binding("tokens", BoundRole.CLEANER)).isPresent();
    }

    @Test
    void accountsOfKubernetesAndOfTheOperatorAreLeftOut() {
        var access = decide(
                List.of(store(
                        "crm",
                        worker,
                        new Client("admin", "kube-system", null),
                        new Client("operator", "oauth-token-store", true))),
                true,
                Map.of());

        assertThat(access.subjects().get(BoundRole.CLIENT)).containsExactly(WORKER);
        assertThat(access.subjects().get(BoundRole.READER)).isEmpty();
    }

    @Test
    void withoutStoresNobodyHoldsAnyRole() {
        var access = decide(List.of(), true, Map.of(BoundRole.CLIENT, Set.of(WORKER)));

        for (var role : BoundRole.values()) {
            assertThat(access.binding("tokens", role)).isEmpty();
        }
    }

    @Test
    void aPersonWhoRunsTheOperatorIsNotBound() {
        var access = NamespaceAccess.of(List.of(store("crm", worker)), Optional.empty(), store -> true, Map.of());

        assertThat(access.binding("tokens", BoundRole.CLEANER)).isEmpty();
    }

    @Test
    void anyDifferenceThatMattersIsSeen() {
        var wanted = decide(List.of(store("crm", worker)), true, Map.of())
                .binding("tokens", BoundRole.CLIENT)
                .orElseThrow();

        assertThat(NamespaceAccess.isAsWanted(copy(wanted).build(), wanted)).isTrue();
        assertThat(NamespaceAccess.isAsWanted(copy(wanted).withSubjects().build(), wanted))
                .isFalse();
        assertThat(NamespaceAccess.isAsWanted(
                        copy(wanted)
                                .editRoleRef()
                                .withName("cluster-admin")
                                .endRoleRef()
                                .build(),
                        wanted))
                .isFalse();
        assertThat(NamespaceAccess.isAsWanted(
                        copy(wanted)
                                .editMetadata()
                                .withOwnerReferences()
                                .endMetadata()
                                .build(),
                        wanted))
                .isFalse();
        assertThat(NamespaceAccess.isAsWanted(
                        copy(wanted)
                                .editMetadata()
                                .addToAnnotations("note", "by hand")
                                .endMetadata()
                                .build(),
                        wanted))
                .isTrue();
    }

    @Test
    void aUserNameTellsTheServiceAccount() {
        assertThat(ServiceAccountRef.ofUserName("system:serviceaccount:sales:worker"))
                .contains(WORKER);
        assertThat(ServiceAccountRef.ofUserName("kubernetes-admin")).isEmpty();
        assertThat(ServiceAccountRef.ofUserName("system:serviceaccount:sales")).isEmpty();
    }

    private static RoleBindingBuilder copy(RoleBinding binding) {
        return new RoleBindingBuilder(binding);
    }

    private static NamespaceAccess decide(
            List<OAuthTokenStore> stores, boolean confined, Map<BoundRole, Set<ServiceAccountRef>> bound) {
        return NamespaceAccess.of(stores, Optional.of(OPERATOR), store -> confined, bound);
    }

    private static OAuthTokenStore store(String name, Client... clients) {
        var store = new OAuthTokenStore();
        store.setMetadata(new ObjectMetaBuilder()
                .withNamespace("tokens")
                .withName(name)
                .withUid("uid-of-" + name)
                .withGeneration(1L)
                .build());
        store.setSpec(new OAuthTokenStoreSpec(null, null, null, null, new Access(List.of(clients)), null, null));
        return store;
    }
}
