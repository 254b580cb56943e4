package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.OAuthTokenStore;
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
    private final Map<Key, Count> counts = new ConcurrentHashMap<>();

    private record Key(String namespace, String store) {
        static Key of(OAuthTokenStore store) {
            return new Key(
                    store.getMetadata().getNamespace(), store.getMetadata().getName());
        }
    }

    private record Count(int number, long generation, Instant at) {}

    /// @param metadataClient one of [MetadataClient]; closed by whoever opened it
    public OtherSecrets(KubernetesClient metadataClient, InstantSource clock) {
        this.metadataClient = metadataClient;
        this.clock = clock;
    }

    /// Returns how many there are beside a store, at most [#MANY]; empty if that cannot be seen. A change of the
    /// store's spec is a reason to look again.
    public OptionalInt in(OAuthTokenStore store) {
        var key = Key.of(store);
        long generation = store.getMetadata().getGeneration();
        var known = counts.get(key);
        if (known != null && known.generation == generation && clock.instant().isBefore(known.at.plus(BELIEVED))) {
            return OptionalInt.of(known.number);
        }
        try {
            int number = count(key.namespace());
            counts.put(key, new Count(number, generation, clock.instant()));
            return OptionalInt.of(number);
        } catch (KubernetesClientException e) {
            counts.remove(key);
            return OptionalInt.empty();
        }
    }

    public void forget(OAuthTokenStore store) {
        counts.remove(Key.of(store));
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
