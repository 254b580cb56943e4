package dev.tokenstore.operator;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.runtime.kubernetes.PagedList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.Cache;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out whether the watch over stores still delivers changes, by a list every 20 seconds: a connection may hang
/// without an end, and the library begins its watches again after five to ten minutes at the earliest.
///
/// Runs on a thread of its own until it is closed.
final class StoreWatchCheck implements AutoCloseable {
    static final Duration INTERVAL = Duration.ofSeconds(20);

    private static final Logger LOG = LoggerFactory.getLogger(StoreWatchCheck.class);
    private static final int PAGE = 250;
    private static final String GONE = "";

    private final KubernetesClient client;
    private final Set<String> namespaces;
    private final Cache<OAuthTokenStore> cache;
    private final Thread thread = Thread.ofVirtual().name("store-watch-check").unstarted(this::run);
    private volatile boolean hasStalled;

    /// @param namespaces those whose stores are watched; empty for all
    /// @param cache what the watch has delivered
    StoreWatchCheck(KubernetesClient client, Set<String> namespaces, Cache<OAuthTokenStore> cache) {
        this.client = client;
        this.namespaces = Set.copyOf(namespaces);
        this.cache = cache;
    }

    void start() {
        thread.start();
    }

    /// Returns whether a change that the API server listed an interval ago has still not arrived.
    boolean hasStalled() {
        return hasStalled;
    }

    private void run() {
        Map<ResourceID, String> before = Map.of();
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                before = check(before);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @param before the versions that had not arrived at the last check
    /// @return those that have not arrived now
    private Map<ResourceID, String> check(Map<ResourceID, String> before) {
        try {
            var missing = missing(listed());
            var stalled = missing.entrySet().stream()
                    .anyMatch(entry -> entry.getValue().equals(before.get(entry.getKey())));
            if (stalled && !hasStalled) {
                LOG.atError()
                        .log("the watch over stores delivers no changes any more; /livez fails, so that the operator is"
                                + " started again");
            }
            hasStalled = stalled;
            return missing;
        } catch (KubernetesClientException e) {
            // without the API server nothing is known
            return Map.of();
        }
    }

    private Map<ResourceID, String> missing(Map<ResourceID, String> listed) {
        var missing = new HashMap<>(listed);
        cache.list().forEach(store -> {
            var id = ResourceID.fromResource(store);
            if (!listed.containsKey(id)) {
                missing.put(id, GONE);
            } else if (store.getMetadata().getResourceVersion().equals(listed.get(id))) {
                missing.remove(id);
            }
        });
        return missing;
    }

    /// Lists the stores.
    ///
    /// @return their versions
    /// @throws KubernetesClientException if that fails
    Map<ResourceID, String> listed() {
        var stores = client.resources(OAuthTokenStore.class);
        var lists = namespaces.isEmpty()
                ? Stream.of(stores.inAnyNamespace())
                : namespaces.stream().map(stores::inNamespace);
        var versions = new HashMap<ResourceID, String>();
        lists.forEach(list -> new PagedList<>(PAGE, 1, list::list).forEachPage(page -> {
            page.forEach(store -> versions.put(
                    ResourceID.fromResource(store), store.getMetadata().getResourceVersion()));
            return true;
        }));
        return versions;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
