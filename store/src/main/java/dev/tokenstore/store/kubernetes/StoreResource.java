package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoreSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;

/// The `OAuthTokenStore` resource that the tokens belong to. Without it there is no store, whatever Secrets there are.
///
/// That it is there is believed for [#BELIEVED], and as long again by those who come while one caller asks; while the
/// API server does not answer, for as long as that lasts.
final class StoreResource {
    private static final Duration BELIEVED = Duration.ofSeconds(15);

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final InstantSource clock;
    private final ReentrantLock checking = new ReentrantLock();
    private volatile Instant believedUntil = Instant.MIN;
    private final StoreLimit limit;
    private volatile StoreSettings settings = StoreSettings.KEEP_EVERYTHING;

    StoreResource(KubernetesClient client, String namespace, String name, InstantSource clock) {
        this.client = client;
        this.namespace = namespace;
        this.name = name;
        this.clock = clock;
        this.limit = new StoreLimit(clock);
    }

    /// Makes sure that the store was there a moment ago. One caller asks, the others go on by what was known before.
    ///
    /// @throws StorageException if it is not there, may not be seen, or was never seen yet and cannot be asked for
    void require() {
        if (clock.instant().isBefore(believedUntil)) {
            return;
        }
        if (believedUntil.equals(Instant.MIN)) {
            check();
            return;
        }
        if (!checking.tryLock()) {
            if (clock.instant().isBefore(believedUntil.plus(BELIEVED))) {
                return;
            }
            checking.lock();
        }
        try {
            if (clock.instant().isBefore(believedUntil)) {
                return;
            }
            check();
        } catch (StorageException e) {
            if (e.reason() != Reason.API_SERVER_UNAVAILABLE) {
                throw e;
            }
        } finally {
            checking.unlock();
        }
    }

    /// The store's settings as last seen; before that every token is kept.
    StoreSettings settings() {
        return settings;
    }

    /// Makes sure that the store takes a new token (`limits.maxTokens`). A refusal is decided on what is known now, so
    /// that it ends when the limit is raised or the tokens were counted anew.
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

    /// Takes note of a token that was made here.
    void tokenMade() {
        limit.made();
    }

    /// Asks for the store now.
    void check() {
        try {
            var resource = client.resources(OAuthTokenStore.class)
                    .inNamespace(namespace)
                    .withName(name)
                    .get();
            if (resource == null) {
                believedUntil = Instant.MIN;
                throw new StorageException(
                        Reason.STORE_NOT_FOUND,
                        "there is no OAuthTokenStore " + name + " in namespace " + namespace
                                + "; create it, or name another store");
            }
            settings = StoreSettings.of(resource.getSpec());
            limit.seen(resource);
            believedUntil = clock.instant().plus(BELIEVED);
        } catch (KubernetesClientException e) {
            var explained = KubernetesErrors.explained(e, namespace + "/" + name, client.getMasterUrl());
            if (explained.reason() != Reason.API_SERVER_UNAVAILABLE) {
                believedUntil = Instant.MIN;
            }
            throw explained;
        }
    }
}
