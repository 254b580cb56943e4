package dev.tokenstore.testbed;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;

/// Whether the shipped admission policies confine the clients of a store already: asked as the operator asks it, by the
/// dry run of a binding that they refuse by name.
record PoliciesInForce(KubernetesClient admin) {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final List<String> POLICIES = List.of("oauth-token-store-secrets", "oauth-token-store-clients");

    /// Returns once they do; the API server takes a moment to act on new ones, and to know a new store.
    void await(HasMetadata store) {
        var start = System.nanoTime();
        for (var policy : POLICIES) {
            while (!refuses(policy, store)) {
                if (System.nanoTime() - start > PATIENCE.toNanos()) {
                    throw new ControlException(500, "the policy " + policy + " did not come into force");
                }
                pause();
            }
        }
    }

    private boolean refuses(String policy, HasMetadata store) {
        var metadata = store.getMetadata();
        var probe = new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(metadata.getNamespace())
                .withName("oauth-token-store-probe")
                .addToAnnotations("tokenstore.dev/policy", policy)
                .addToAnnotations("tokenstore.dev/store", metadata.getName())
                .addToAnnotations("tokenstore.dev/generation", Long.toString(metadata.getGeneration()))
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", "oauth-token-store-reader")
                .build();
        try {
            admin.resource(probe).dryRun().create();
            return false;
        } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage()).contains("policy " + policy + " is in force");
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlException(500, "interrupted");
        }
    }
}
