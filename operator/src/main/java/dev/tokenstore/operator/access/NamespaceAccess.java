package dev.tokenstore.operator.access;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec.Client;
import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.api.model.rbac.SubjectBuilder;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The accounts that should hold each role in a namespace, decided from its stores. RBAC cannot distinguish the stores
/// of one namespace, so an account that may write to one of them may write to all.
///
/// @param owners the stores that own the bindings: Kubernetes deletes the bindings with the last of them
record NamespaceAccess(Map<BoundRole, SortedSet<ServiceAccountRef>> subjects, List<OwnerReference> owners) {
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final String KIND = "ServiceAccount";

    /// @param operator the account that the operator acts as; empty if it is none
    /// @param confined whether the policies that confine clients are in force for a store: before that nobody is added
    /// @param bound who holds each role now
    static NamespaceAccess of(
            Collection<OAuthTokenStore> stores,
            Optional<ServiceAccountRef> operator,
            Predicate<OAuthTokenStore> confined,
            Map<BoundRole, Set<ServiceAccountRef>> bound) {
        var cleaners = new TreeSet<ServiceAccountRef>();
        var writers = new TreeSet<ServiceAccountRef>();
        var readers = new TreeSet<ServiceAccountRef>();
        if (!stores.isEmpty()) {
            operator.ifPresent(cleaners::add);
        }
        for (var store : stores) {
            if (store.isMarkedForDeletion()) {
                continue;
            }
            var mayAdd = confined.test(store);
            for (var client : clients(store)) {
                var account = account(client, store);
                var readOnly = Boolean.TRUE.equals(client.readOnly());
                var holders = bound.getOrDefault(readOnly ? BoundRole.READER : BoundRole.CLIENT, Set.of());
                if (!isSystems(account, operator) && (mayAdd || holders.contains(account))) {
                    (readOnly ? readers : writers).add(account);
                }
            }
        }
        readers.removeAll(writers);
        return new NamespaceAccess(
                Map.of(BoundRole.CLEANER, cleaners, BoundRole.CLIENT, writers, BoundRole.READER, readers),
                stores.stream()
                        .sorted(Comparator.comparing(
                                store -> store.getMetadata().getName()))
                        .map(NamespaceAccess::owner)
                        .toList());
    }

    /// Returns whether the account belongs to a namespace whose accounts never get tokens: Kubernetes' own and the
    /// operator's. The policies refuse such an entry, unless it is older than they are.
    static boolean isSystems(ServiceAccountRef account, Optional<ServiceAccountRef> operator) {
        return account.namespace().startsWith("kube-")
                || operator.filter(own -> own.namespace().equals(account.namespace()))
                        .isPresent();
    }

    static List<Client> clients(OAuthTokenStore store) {
        var spec = store.getSpec();
        return spec == null || spec.access() == null ? List.of() : spec.access().serviceAccounts();
    }

    static ServiceAccountRef account(Client client, OAuthTokenStore store) {
        var namespace = client.namespace() == null ? store.getMetadata().getNamespace() : client.namespace();
        return new ServiceAccountRef(namespace, client.name());
    }

    /// The accounts that a binding names.
    static Set<ServiceAccountRef> subjectsOf(RoleBinding binding) {
        return subjectList(binding).stream()
                .filter(subject -> KIND.equals(subject.getKind()))
                .map(subject -> new ServiceAccountRef(subject.getNamespace(), subject.getName()))
                .collect(Collectors.toSet());
    }

    /// The binding of a role as it should be; empty if nobody should hold it.
    Optional<RoleBinding> binding(String namespace, BoundRole role) {
        var accounts = subjects.getOrDefault(role, Collections.emptySortedSet());
        if (accounts.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(role.objectName())
                .addToLabels(TokenSecretLayout.MANAGED_BY_LABEL, TokenSecretLayout.MANAGED_BY)
                .withOwnerReferences(owners)
                .endMetadata()
                .withNewRoleRef(GROUP, "ClusterRole", role.objectName())
                .withSubjects(accounts.stream().map(NamespaceAccess::subject).toList())
                .build());
    }

    /// Returns whether `actual` grants what `wanted` grants, and has the same owners and label.
    static boolean isAsWanted(RoleBinding actual, RoleBinding wanted) {
        return sameRole(actual, wanted)
                && Set.copyOf(subjectList(actual)).equals(Set.copyOf(wanted.getSubjects()))
                && storesOwning(actual).equals(storesOwning(wanted))
                && TokenSecretLayout.MANAGED_BY.equals(
                        Optional.ofNullable(actual.getMetadata().getLabels())
                                .map(labels -> labels.get(TokenSecretLayout.MANAGED_BY_LABEL))
                                .orElse(""));
    }

    /// Whether both bind the same role, which no update can change.
    static boolean sameRole(RoleBinding one, RoleBinding other) {
        return one.getRoleRef().equals(other.getRoleRef());
    }

    private static List<Subject> subjectList(RoleBinding binding) {
        return binding.getSubjects() == null ? List.of() : binding.getSubjects();
    }

    /// The uids of the stores among the owners.
    private static Set<String> storesOwning(RoleBinding binding) {
        return binding.getMetadata().getOwnerReferences().stream()
                .filter(owner -> "OAuthTokenStore".equals(owner.getKind()))
                .map(OwnerReference::getUid)
                .collect(Collectors.toSet());
    }

    private static OwnerReference owner(OAuthTokenStore store) {
        return new OwnerReferenceBuilder()
                .withApiVersion(store.getApiVersion())
                .withKind(store.getKind())
                .withName(store.getMetadata().getName())
                .withUid(store.getMetadata().getUid())
                .build();
    }

    private static Subject subject(ServiceAccountRef account) {
        return new SubjectBuilder()
                .withKind(KIND)
                .withNamespace(account.namespace())
                .withName(account.name())
                .build();
    }
}
