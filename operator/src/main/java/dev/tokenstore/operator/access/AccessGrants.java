package dev.tokenstore.operator.access;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the role bindings of a namespace as its stores ask for. It writes only what differs.
public final class AccessGrants {
    /// The field manager of server-side apply.
    private static final String FIELD_MANAGER = "oauth-token-store";

    private static final Logger LOG = LoggerFactory.getLogger(AccessGrants.class);

    private final KubernetesClient client;
    private final Optional<ServiceAccountRef> operator;
    private final AdmissionPolicies policies;

    /// The outcome of granting a store's access.
    public sealed interface AccessResult {
        /// The listed accounts hold their roles.
        ///
        /// @param writing number of accounts that may use the store
        /// @param reading number of those that may only read
        record Granted(int writing, int reading) implements AccessResult {}

        /// The policies that confine clients are not in force, so nobody was added.
        record NotConfined() implements AccessResult {}

        /// The API server refused a binding.
        ///
        /// @param message of the API server, which says why
        record Refused(BoundRole role, String message) implements AccessResult {}

        /// The store names an account that may never use tokens; the other accounts hold their roles.
        record NotAllowed(ServiceAccountRef account) implements AccessResult {}
    }

    /// @param operator the account that the operator acts as; empty if it is none and needs no binding of its own
    public AccessGrants(KubernetesClient client, Optional<ServiceAccountRef> operator, InstantSource clock) {
        this.client = client;
        this.operator = operator;
        this.policies = new AdmissionPolicies(client, clock);
    }

    /// Reconciles the bindings of the store's namespace.
    ///
    /// @param all the stores of that namespace, this one included
    /// @param actual the bindings of that namespace
    public AccessResult grant(
            OAuthTokenStore store, Collection<OAuthTokenStore> all, Map<BoundRole, RoleBinding> actual) {
        var clients = NamespaceAccess.clients(store);
        Optional<AccessResult> unconfined = Optional.empty();
        try {
            if (!clients.isEmpty() && !policies.areInForce(store)) {
                unconfined = Optional.of(new AccessResult.NotConfined());
            }
        } catch (KubernetesClientException e) {
            unconfined = Optional.of(new AccessResult.Refused(BoundRole.CLIENT, reasonOf(e)));
        }
        var refusal = bindAll(store.getMetadata().getNamespace(), all, actual);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (unconfined.isPresent()) {
            return unconfined.get();
        }
        var notAllowed = clients.stream()
                .map(entry -> NamespaceAccess.account(entry, store))
                .filter(account -> NamespaceAccess.isSystems(account, operator))
                .findFirst();
        if (notAllowed.isPresent()) {
            return new AccessResult.NotAllowed(notAllowed.get());
        }
        var reading = (int) clients.stream()
                .filter(entry -> Boolean.TRUE.equals(entry.readOnly()))
                .count();
        return new AccessResult.Granted(clients.size() - reading, reading);
    }

    /// Removes the access that only a deleted store asked for.
    ///
    /// @param left the stores that its namespace still has
    /// @param actual the bindings of that namespace
    /// @throws KubernetesClientException if that fails; trying again may help
    public void release(OAuthTokenStore deleted, Collection<OAuthTokenStore> left, Map<BoundRole, RoleBinding> actual) {
        policies.forget(deleted);
        bindAll(deleted.getMetadata().getNamespace(), left, actual).ifPresent(refusal -> {
            throw new KubernetesClientException(refusal.message());
        });
    }

    /// Tries every role, so that one refusal does not keep another role from being taken back.
    ///
    /// @return the first refusal
    private Optional<AccessResult.Refused> bindAll(
            String namespace, Collection<OAuthTokenStore> stores, Map<BoundRole, RoleBinding> actual) {
        var bound = new EnumMap<BoundRole, Set<ServiceAccountRef>>(BoundRole.class);
        actual.forEach((role, binding) -> bound.put(role, NamespaceAccess.subjectsOf(binding)));
        var wanted = NamespaceAccess.of(stores, operator, policies::wereInForce, bound);
        Optional<AccessResult.Refused> first = Optional.empty();
        for (var role : BoundRole.values()) {
            try {
                change(namespace, role, Optional.ofNullable(actual.get(role)), wanted.binding(namespace, role));
            } catch (KubernetesClientException e) {
                first = first.or(() -> Optional.of(new AccessResult.Refused(role, reasonOf(e))));
            }
        }
        return first;
    }

    private void change(String namespace, BoundRole role, Optional<RoleBinding> actual, Optional<RoleBinding> wanted) {
        if (wanted.isEmpty()) {
            if (actual.isPresent()) {
                empty(actual.get());
                delete(actual.get());
                log(namespace, role, "took a role back");
            }
            return;
        }
        if (actual.isPresent() && NamespaceAccess.isAsWanted(actual.get(), wanted.get())) {
            return;
        }
        if (actual.isPresent() && !NamespaceAccess.sameRole(actual.get(), wanted.get())) {
            delete(actual.get());
        }
        apply(wanted.get());
        log(namespace, role, "bound a role");
    }

    /// Removes the subjects before the deletion: a binding with a finalizer grants its role until it is gone. Where no
    /// store is left a policy refuses the change, and only the deletion remains.
    private void empty(RoleBinding binding) {
        if (binding.getSubjects() == null || binding.getSubjects().isEmpty()) {
            return;
        }
        var emptied = new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(binding.getMetadata().getNamespace())
                .withName(binding.getMetadata().getName())
                .addToLabels(TokenSecretLayout.MANAGED_BY_LABEL, TokenSecretLayout.MANAGED_BY)
                .endMetadata()
                .withRoleRef(binding.getRoleRef())
                .build();
        try {
            apply(emptied);
        } catch (KubernetesClientException e) {
            LOG.atDebug().addKeyValue("cause", e.getMessage()).log("could not empty a binding before its deletion");
        }
    }

    private void apply(RoleBinding binding) {
        client.resource(binding).fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
    }

    private void delete(RoleBinding binding) {
        try {
            client.resource(binding).delete();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    private static String reasonOf(KubernetesClientException e) {
        if (e.getStatus() != null && e.getStatus().getMessage() != null) {
            return e.getStatus().getMessage();
        }
        return e.getCode() > 0 ? "HTTP " + e.getCode() : "the API server does not answer";
    }

    private static void log(String namespace, BoundRole role, String message) {
        LOG.atInfo()
                .addKeyValue("namespace", namespace)
                .addKeyValue("role", role.objectName())
                .log(message);
    }
}
