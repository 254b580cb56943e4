package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.runtime.ExpiringValue;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoreSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/// The `OAuthTokenStore` resource that the tokens belong to. Without it there is no store, whatever Secrets there are.
///
/// A resource that was seen counts as there for [#TIME_TO_LIVE]; while one caller asks for it again, and while the API
/// server does not answer, the others go on with what was seen last.
final class StoreResource {
    private static final Duration TIME_TO_LIVE = Duration.ofSeconds(15);

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final StoreLimit limit;
    private final ExpiringValue<StoreSettings> seen;
    private final ReentrantLock checking = new ReentrantLock();
    private volatile StoreSettings settings = StoreSettings.KEEP_EVERYTHING;
    private volatile long seenAt = System.nanoTime();
    private volatile boolean isRefreshed;

    StoreResource(KubernetesClient client, String namespace, String name, InstantSource clock) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
        this.limit = new StoreLimit(clock);
        this.seen = new ExpiringValue<>(clock);
    }

    /// Makes sure that the store is there, or was a moment ago.
    ///
    /// @throws StorageException if it is not there, may not be seen, or was never seen and cannot be asked for
    void require() {
        if (seen.fresh().isPresent() || isRefreshed && isKnown()) {
            return;
        }
        if (seen.latest().isEmpty()) {
            check();
            return;
        }
        if (!checking.tryLock()) {
            return;
        }
        try {
            if (seen.fresh().isEmpty()) {
                check();
            }
        } catch (StorageException e) {
            if (e.reason() != Reason.API_SERVER_UNAVAILABLE) {
                throw e;
            }
        } finally {
            checking.unlock();
        }
    }

    /// Whether the store was there when it was last asked for.
    boolean isKnown() {
        return seen.latest().isPresent();
    }

    /// When it was last seen, of this machine's monotonic timer in nanoseconds.
    long seenAt() {
        return seenAt;
    }

    /// From now on it is asked for in the background, and no call asks for one that is known.
    void refreshedInBackground() {
        isRefreshed = true;
    }

    /// The store's settings as last seen; before that every token is kept.
    StoreSettings settings() {
        return settings;
    }

    /// Makes sure that the store takes a new token (`limits.maxTokens`). A refusal is decided on the resource as it
    /// is now, so it ends as soon as the limit is raised or the tokens are counted again.
    ///
    /// @throws StorageException with reason `STORE_FULL` if it does not
    void requireRoom() {
        if (limit.full().isEmpty()) {
            return;
        }
        check();
        limit.full().ifPresent(full -> {
            throw new StorageException(
                    Reason.STORE_FULL,
                    "store " + namespace + "/" + name + " holds " + full.tokens() + " of the "
                            + full.maxTokens()
                            + " tokens that it may hold; delete some, or raise spec.limits.maxTokens of the OAuthTokenStore");
        });
    }

    /// Counts a token that this process made.
    void tokenMade() {
        limit.made();
    }

    /// Asks for the resource now.
    ///
    /// @throws StorageException if it is not there, may not be seen, or cannot be asked for
    void check() {
        try {
            var resource = client.resources(OAuthTokenStore.class)
                    .inNamespace(namespace)
                    .withName(name)
                    .get();
            if (resource == null) {
                seen.clear();
                throw new StorageException(
                        Reason.STORE_NOT_FOUND,
                        "there is no OAuthTokenStore " + name + " in namespace " + namespace
                                + "; create it, or name another store");
            }
            settings = StoreSettings.of(resource.getSpec());
            limit.seen(resource);
            seen.set(settings, TIME_TO_LIVE);
            seenAt = System.nanoTime();
        } catch (KubernetesClientException e) {
            var explained = KubernetesErrors.explained(e, namespace + "/" + name, client.getConfiguration());
            if (explained.reason() != Reason.API_SERVER_UNAVAILABLE) {
                seen.clear();
            }
            throw explained;
        }
    }
}
