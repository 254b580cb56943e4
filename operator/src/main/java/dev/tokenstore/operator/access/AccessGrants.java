package dev.tokenstore.operator.access;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
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
    private final Optional<ServiceAccount> operator;
    private final PolicyProbe policy;

    /// The cached role bindings of the cluster.
    public interface ActualBindings {
        Optional<RoleBinding> get(String namespace, BoundRole role);
    }

    /// @param operator the account that the operator acts as; empty if it is none and needs no binding of its own
    public AccessGrants(KubernetesClient client, Optional<ServiceAccount> operator, PolicyProbe policy) {
        this.client = client;
        this.operator = operator;
        this.policy = policy;
    }

    /// Reconciles the bindings of the store's namespace.
    ///
    /// @param all the stores of that namespace, this one included
    public AccessResult grant(OAuthTokenStore store, Collection<OAuthTokenStore> all, ActualBindings actual) {
        var namespace = store.getMetadata().getNamespace();
        var confined = false;
        Optional<AccessResult.Refused> unasked = Optional.empty();
        try {
            confined = NamespaceAccess.clients(store).isEmpty() || policy.inForce(store);
        } catch (KubernetesClientException e) {
            unasked = Optional.of(new AccessResult.Refused(BoundRole.CLIENT, explained(e)));
        }
        var refusal = bindAll(namespace, all, actual);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (unasked.isPresent()) {
            return unasked.get();
        }
        if (!confined) {
            return new AccessResult.NotConfined();
        }
        var left = NamespaceAccess.clients(store).stream()
                .map(client -> NamespaceAccess.account(client, store))
                .filter(account -> NamespaceAccess.isSystems(account, operator))
                .findFirst();
        if (left.isPresent()) {
            return new AccessResult.NotAllowed(left.get());
        }
        var reading = (int) NamespaceAccess.clients(store).stream()
                .filter(entry -> Boolean.TRUE.equals(entry.readOnly()))
                .count();
        return new AccessResult.Granted(NamespaceAccess.clients(store).size() - reading, reading);
    }

    /// Removes the access that only a deleted store asked for.
    ///
    /// @param left the stores that its namespace still has
    /// @throws KubernetesClientException if that fails; trying again may help
    public void release(OAuthTokenStore gone, Collection<OAuthTokenStore> left, ActualBindings actual) {
        policy.forget(gone);
        var namespace = gone.getMetadata().getNamespace();
        var refusal = bindAll(namespace, left, actual);
        if (refusal.isPresent()) {
            throw new KubernetesClientException(refusal.get().message());
        }
    }

    /// Tries every role, so that one refusal does not keep another role from being taken back.
    private Optional<AccessResult.Refused> bindAll(
            String namespace, Collection<OAuthTokenStore> stores, ActualBindings actual) {
        Optional<AccessResult.Refused> first = Optional.empty();
        for (var role : BoundRole.values()) {
            var refusal = bind(namespace, role, stores, actual);
            first = first.or(() -> refusal);
        }
        return first;
    }

    private Optional<AccessResult.Refused> bind(
            String namespace, BoundRole role, Collection<OAuthTokenStore> stores, ActualBindings actual) {
        var bound = new EnumMap<BoundRole, Set<ServiceAccount>>(BoundRole.class);
        for (var each : BoundRole.values()) {
            actual.get(namespace, each).ifPresent(binding -> bound.put(each, NamespaceAccess.subjectsOf(binding)));
        }
        var wanted = NamespaceAccess.of(stores, operator, policy::knownInForce, Map.copyOf(bound))
                .binding(namespace, role);
        try {
            change(namespace, role, actual.get(namespace, role), wanted);
            return Optional.empty();
        } catch (KubernetesClientException e) {
            return Optional.of(new AccessResult.Refused(role, explained(e)));
        }
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
        client.resource(wanted.get())
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
        log(namespace, role, "bound a role");
    }

    /// Removes the subjects first: a binding that someone's finalizer holds grants its role until it is gone. Where no
    /// store is
    /// left a policy refuses the change, and only the deletion remains.
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
            client.resource(emptied)
                    .fieldManager(FIELD_MANAGER)
                    .forceConflicts()
                    .serverSideApply();
        } catch (KubernetesClientException e) {
            LOG.atDebug().addKeyValue("cause", e.getMessage()).log("could not empty a binding before its deletion");
        }
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

    private static String explained(KubernetesClientException e) {
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
