package dev.tokenstore.operator.access;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Finds out whether the admission policy that confines a store's clients is in force, by asking for something that it
/// refuses: the creation, as a dry run, of a binding with a name of its own. That the policy's objects exist would say
/// little: the API server takes a moment to act on them, and to know a new store, which is the policy's parameter.
///
/// Thread-safe.
public final class PolicyProbe {
    /// How long an answer is believed.
    static final Duration BELIEVED = Duration.ofMinutes(10);

    /// How long it is believed that there is none: while it is, stores are reconciled without asking again.
    private static final Duration DISBELIEVED = Duration.ofSeconds(10);

    private static final String NAME = "oauth-token-store-probe";
    private static final String GENERATION = "tokenstore.dev/generation";
    private static final String ANSWER = "policy oauth-token-store-clients is in force";
    private static final int ATTEMPTS = 4;
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final KubernetesClient client;
    private final InstantSource clock;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    private record Answer(boolean inForce, long generation, Instant until) {}

    public PolicyProbe(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /// Whether the API server confines the clients that this generation of the store names.
    ///
    /// @throws KubernetesClientException if the question cannot be asked
    boolean inForce(OAuthTokenStore store) {
        var metadata = store.getMetadata();
        var answer = answers.get(metadata.getUid());
        if (answer != null
                && answer.generation >= metadata.getGeneration()
                && clock.instant().isBefore(answer.until)) {
            return answer.inForce;
        }
        boolean inForce = refused(store);
        for (int attempt = 1; attempt < ATTEMPTS && !inForce && pause(); attempt++) {
            inForce = refused(store);
        }
        answers.put(
                metadata.getUid(),
                new Answer(inForce, metadata.getGeneration(), clock.instant().plus(inForce ? BELIEVED : DISBELIEVED)));
        return inForce;
    }

    /// What was found out last, without asking: whether it confines the clients of this generation.
    boolean knownInForce(OAuthTokenStore store) {
        var answer = answers.get(store.getMetadata().getUid());
        return answer != null
                && answer.inForce
                && answer.generation >= store.getMetadata().getGeneration();
    }

    void forget(OAuthTokenStore store) {
        answers.remove(store.getMetadata().getUid());
    }

    private boolean refused(OAuthTokenStore store) {
        var metadata = store.getMetadata();
        var probe = new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(metadata.getNamespace())
                .withName(NAME)
                .addToAnnotations(TokenSecretLayout.STORE_LABEL, metadata.getName())
                .addToAnnotations(GENERATION, Long.toString(metadata.getGeneration()))
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", BoundRole.READER.objectName())
                .build();
        try {
            client.resource(probe).dryRun().create();
            return false;
        } catch (KubernetesClientException e) {
            if (e.getMessage() != null && e.getMessage().contains(ANSWER)) {
                return true;
            }
            throw e;
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
