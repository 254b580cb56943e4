package dev.tokenstore.testing.product;

import dev.tokenstore.testing.Manifests;
import dev.tokenstore.testing.Project;
import dev.tokenstore.testing.process.Polling;
import dev.tokenstore.testing.server.KubernetesUnavailableException;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Path;
import java.time.Duration;

/// The shipped admission policies on an API server, which evaluates a new policy some moments after it is created.
///
/// Whether one is in force is asked as the operator asks it: by the dry run of a role binding that the policy refuses
/// by
/// name.
///
/// @param admin a client with all rights
public record ShippedPolicies(KubernetesClient admin) {
    public static final Path FILE = Project.file("deploy/operator/policies.yaml");

    /// The roles that the policies speak of.
    public static final Path ROLES = Project.file("deploy/operator/rbac.yaml");

    /// An API server that has just started may refuse for 30 seconds what a policy with parameters selects.
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /// Applies roles and policies; returns at once.
    public void apply() {
        var manifests = new Manifests(admin, "default");
        manifests.apply(ROLES);
        manifests.apply(FILE);
    }

    /// Returns once clients of the store, as it is now, are confined to it.
    public void awaitConfined(TestStore store) {
        awaitSecretsConfined(store.namespace());
        var generation = store.resource().getMetadata().getGeneration();
        await("oauth-token-store-clients", store.namespace(), """
                tokenstore.dev/store: %s, tokenstore.dev/generation: "%d"
                """.formatted(store.name(), generation));
    }

    /// Returns once the Secrets of a namespace are what clients of stores may write.
    public void awaitSecretsConfined(String namespace) {
        await("oauth-token-store-secrets", namespace, "tokenstore.dev/policy: oauth-token-store-secrets");
    }

    private void await(String policy, String namespace, String annotations) {
        if (!Polling.until(PATIENCE, () -> refuses(policy, namespace, annotations))) {
            throw new KubernetesUnavailableException("the policy " + policy + " did not come into force");
        }
    }

    private boolean refuses(String policy, String namespace, String annotations) {
        try {
            admin.resource("""
                            apiVersion: rbac.authorization.k8s.io/v1
                            kind: RoleBinding
                            metadata: {name: oauth-token-store-probe, namespace: %s, annotations: {%s}}
                            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: oauth-token-store-reader}
                            """.formatted(namespace, annotations.strip()))
                    .dryRun()
                    .create();
            return false;
        } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage()).contains("policy " + policy + " is in force");
        }
    }
}
