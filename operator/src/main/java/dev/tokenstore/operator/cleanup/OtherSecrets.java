package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/// Counts the Secrets of a namespace that are no tokens: whoever may read its tokens may read those too. It looks now
/// and then only, for a namespace of its own has none. Thread-safe.
public final class OtherSecrets {
    /// How long a count is believed.
    public static final Duration BELIEVED = Duration.ofMinutes(10);

    /// Counting ends here: it is enough to say that there are many.
    public static final int MANY = 1_000;

    private static final long PAGE = 500;

    private final KubernetesClient metadataClient;
    private final InstantSource clock;
    private final Map<String, Count> counts = new ConcurrentHashMap<>();

    private record Count(int number, long generation, Instant at) {}

    /// @param metadataClient one of [MetadataClient]; closed by whoever opened it
    public OtherSecrets(KubernetesClient metadataClient, InstantSource clock) {
        this.metadataClient = metadataClient;
        this.clock = clock;
    }

    /// Returns how many there are, at most [#MANY]; empty if that cannot be seen.
    ///
    /// @param generation of the store that wants to know: a change of its spec is a reason to look again
    public OptionalInt in(String namespace, long generation) {
        var known = counts.get(namespace);
        if (known != null && known.generation == generation && clock.instant().isBefore(known.at.plus(BELIEVED))) {
            return OptionalInt.of(known.number);
        }
        try {
            int number = count(namespace);
            counts.put(namespace, new Count(number, generation, clock.instant()));
            return OptionalInt.of(number);
        } catch (KubernetesClientException e) {
            counts.remove(namespace);
            return OptionalInt.empty();
        }
    }

    public void forget(String namespace) {
        counts.remove(namespace);
    }

    private int count(String namespace) {
        int number = 0;
        var next = "";
        do {
            var page = metadataClient
                    .secrets()
                    .inNamespace(namespace)
                    .withoutField("type", TokenSecretLayout.SECRET_TYPE)
                    .list(new ListOptionsBuilder()
                            .withLimit(PAGE)
                            .withContinue(next.isEmpty() ? null : next)
                            .build());
            number += page.getItems().size();
            next = page.getMetadata().getContinue() == null
                    ? ""
                    : page.getMetadata().getContinue();
        } while (!next.isEmpty() && number < MANY);
        return Math.min(number, MANY);
    }
}
