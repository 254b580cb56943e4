package dev.tokenstore.operator.token;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.runtime.ExpiringValue;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/// Counts the Secrets of a namespace that are not tokens, since accounts that may read its tokens may read those too.
/// Counts
/// are cached. Thread-safe.
public final class OtherSecrets {
    /// The time to live of a count.
    public static final Duration BELIEVED = Duration.ofMinutes(10);

    /// Counting ends here.
    public static final int MANY = 1_000;

    private final SecretMetadata secrets;
    private final InstantSource clock;
    private final Map<ResourceKey, ExpiringValue<Count>> counts = new ConcurrentHashMap<>();

    private record ResourceKey(String namespace, String store) {
        static ResourceKey of(OAuthTokenStore store) {
            return new ResourceKey(
                    store.getMetadata().getNamespace(), store.getMetadata().getName());
        }
    }

    private record Count(int number, long generation) {}

    public OtherSecrets(SecretMetadata secrets, InstantSource clock) {
        this.secrets = secrets;
        this.clock = clock;
    }

    /// Returns the number of Secrets in the store's namespace that are not tokens, at most [#MANY]; empty if they
    /// cannot
    /// be counted. A count is reused for [#BELIEVED], unless the store's spec changes.
    public OptionalInt in(OAuthTokenStore store) {
        long generation = store.getMetadata().getGeneration();
        var count = counts.computeIfAbsent(ResourceKey.of(store), key -> new ExpiringValue<>(clock));
        var cached = count.fresh().filter(known -> known.generation() == generation);
        if (cached.isPresent()) {
            return OptionalInt.of(cached.get().number());
        }
        try {
            int number = secrets.countOthers(store.getMetadata().getNamespace(), MANY);
            count.set(new Count(number, generation), BELIEVED);
            return OptionalInt.of(number);
        } catch (KubernetesClientException e) {
            count.clear();
            return OptionalInt.empty();
        }
    }

    public void forget(OAuthTokenStore store) {
        counts.remove(ResourceKey.of(store));
    }
}
