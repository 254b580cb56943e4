package dev.tokenstore.operator.access;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.ExpiringValue;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Finds out whether the admission policies that confine a store's clients are in force, by a request that they refuse:
/// the creation of a binding with a reserved name, as a dry run. That the policies exist is not enough: the API server
/// needs a moment to apply them, and to see a new store, which is a policy's parameter. Thread-safe.
final class AdmissionPolicies {
    /// How long a positive result is reused.
    private static final Duration LIFETIME = Duration.ofMinutes(10);

    private static final Duration FIRST_DELAY = Duration.ofMillis(100);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(20);

    private static final String NAME = "oauth-token-store-probe";
    private static final String GENERATION = "tokenstore.dev/generation";
    private static final String POLICY = "tokenstore.dev/policy";

    /// For accounts that write stores, for accounts that write Secrets, and for listed clients.
    private static final List<String> POLICIES =
            List.of("oauth-token-store-access", "oauth-token-store-secrets", "oauth-token-store-clients");

    private final KubernetesClient client;
    private final InstantSource clock;
    private final Map<String, Enforcement> enforcements = new ConcurrentHashMap<>();

    /// What is known of the policies for one store.
    private record Enforcement(String uid, Backoff backoff, ExpiringValue<Result> result) {}

    /// @param generation of the store for which the API server answered
    private record Result(boolean inForce, long generation) {}

    AdmissionPolicies(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /// Returns whether the policies are in force for the store. The result is cached, longer if they are.
    ///
    /// @throws KubernetesClientException if the API server does not answer
    boolean areInForce(OAuthTokenStore store) {
        var uid = store.getMetadata().getUid();
        long generation = store.getMetadata().getGeneration();
        var known = enforcements.compute(
                key(store),
                (key, current) -> current != null && current.uid().equals(uid)
                        ? current
                        : new Enforcement(
                                uid, Backoff.exponential(FIRST_DELAY, LONGEST_DELAY), new ExpiringValue<>(clock)));
        var cached = known.result().fresh().filter(result -> result.generation() >= generation);
        if (cached.isPresent()) {
            return cached.get().inForce();
        }
        boolean inForce = POLICIES.stream().allMatch(policy -> isRefusedBy(policy, store));
        if (inForce) {
            known.backoff().reset();
        }
        known.result()
                .set(
                        new Result(inForce, generation),
                        inForce ? LIFETIME : known.backoff().next());
        return inForce;
    }

    /// Returns whether the policies were in force for the store's present generation when that was checked last.
    boolean wereInForce(OAuthTokenStore store) {
        var metadata = store.getMetadata();
        return Optional.ofNullable(enforcements.get(key(store)))
                .filter(known -> known.uid().equals(metadata.getUid()))
                .flatMap(known -> known.result().latest())
                .filter(result -> result.inForce() && result.generation() >= metadata.getGeneration())
                .isPresent();
    }

    void forget(OAuthTokenStore store) {
        enforcements.remove(key(store));
    }

    private static String key(OAuthTokenStore store) {
        return store.getMetadata().getNamespace() + "/" + store.getMetadata().getName();
    }

    private boolean isRefusedBy(String policy, OAuthTokenStore store) {
        var metadata = store.getMetadata();
        var probe = new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(metadata.getNamespace())
                .withName(NAME)
                .addToAnnotations(POLICY, policy)
                .addToAnnotations(TokenSecretLayout.STORE_LABEL, metadata.getName())
                .addToAnnotations(GENERATION, Long.toString(metadata.getGeneration()))
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", BoundRole.READER.objectName())
                .build();
        try {
            client.resource(probe).dryRun().create();
            return false;
        } catch (KubernetesClientException e) {
            if (e.getMessage() != null && e.getMessage().contains("policy " + policy + " is in force")) {
                return true;
            }
            throw e;
        }
    }
}
