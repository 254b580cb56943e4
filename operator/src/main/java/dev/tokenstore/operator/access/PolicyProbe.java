package dev.tokenstore.operator.access;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Finds out whether the admission policies that confine a store's clients are in force, by asking for something that
/// they refuse: the creation, as a dry run, of a binding with a name of its own. That the policies' objects exist would
/// say little: the API server takes a moment to act on them, and to know a new store, which is a policy's parameter.
///
/// Thread-safe.
public final class PolicyProbe {
    /// How long an answer is believed.
    static final Duration BELIEVED = Duration.ofMinutes(10);

    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(20);

    private static final String NAME = "oauth-token-store-probe";
    private static final String GENERATION = "tokenstore.dev/generation";
    private static final String POLICY = "tokenstore.dev/policy";

    /// The policies that must be in force: the first confines whoever holds the client role, the second knows the
    /// stores.
    private static final List<String> QUESTIONS = List.of("oauth-token-store-secrets", "oauth-token-store-clients");

    private final KubernetesClient client;
    private final InstantSource clock;
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    /// @param belief for how long; that of a denial doubles with each
    private record Answer(String uid, boolean inForce, long generation, Duration belief, Instant until) {}

    public PolicyProbe(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /// Whether the API server confines the clients that this generation of the store names.
    ///
    /// @throws KubernetesClientException if the question cannot be asked
    boolean inForce(OAuthTokenStore store) {
        var metadata = store.getMetadata();
        var answer = answers.get(key(store));
        if (answer != null && isOf(answer, store) && clock.instant().isBefore(answer.until)) {
            return answer.inForce;
        }
        boolean inForce = QUESTIONS.stream().allMatch(question -> refused(store, question));
        var wait = inForce ? BELIEVED : answer == null || answer.inForce ? FIRST_WAIT : longer(answer.belief);
        answers.put(
                key(store),
                new Answer(
                        metadata.getUid(),
                        inForce,
                        metadata.getGeneration(),
                        wait,
                        clock.instant().plus(wait)));
        return inForce;
    }

    /// What was found out last, without asking: whether it confines the clients of this generation.
    boolean knownInForce(OAuthTokenStore store) {
        var answer = answers.get(key(store));
        return answer != null && answer.inForce && isOf(answer, store);
    }

    void forget(OAuthTokenStore store) {
        answers.remove(key(store));
    }

    private static boolean isOf(Answer answer, OAuthTokenStore store) {
        var metadata = store.getMetadata();
        return answer.uid.equals(metadata.getUid()) && answer.generation >= metadata.getGeneration();
    }

    private static String key(OAuthTokenStore store) {
        return store.getMetadata().getNamespace() + "/" + store.getMetadata().getName();
    }

    private boolean refused(OAuthTokenStore store, String policy) {
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

    private static Duration longer(Duration wait) {
        var twice = wait.multipliedBy(2);
        return twice.compareTo(LONGEST_WAIT) < 0 ? twice : LONGEST_WAIT;
    }
}
