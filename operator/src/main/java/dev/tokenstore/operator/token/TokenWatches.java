package dev.tokenstore.operator.token;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The watches over token Secrets: one per namespace that has a store, begun with its first and ended with its last,
/// so that the operator needs no right to Secrets anywhere else. Thread-safe.
public final class TokenWatches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TokenWatches.class);

    private final WatchConnections connections;
    private final InstantSource clock;
    private final Map<String, NamespaceWatch> watches = new HashMap<>();
    private volatile BiConsumer<String, String> listener = (namespace, store) -> {};

    /// @param clients opens one of [SecretMetadata]; called when one more connection is needed, which is closed here
    public TokenWatches(Supplier<SecretMetadata> connections, InstantSource clock) {
        this.connections = new WatchConnections(connections);
        this.clock = clock;
    }

    /// Names who hears the namespace and name of a store whose tokens, or the sight of them, changed.
    public void listener(BiConsumer<String, String> newListener) {
        listener = newListener;
    }

    /// Makes a store known; the watch over its namespace begins at the first [#view].
    public synchronized void add(String namespace, String store) {
        watches.computeIfAbsent(
                        namespace,
                        name -> new NamespaceWatch(
                                connections.take(), name, clock, changed -> listener.accept(name, changed)))
                .add(store);
    }

    public synchronized void remove(String namespace, String store) {
        var watch = watches.get(namespace);
        if (watch != null && watch.removeLeavingNone(store)) {
            watches.remove(namespace);
            watch.close();
            connections.giveBack(watch.connection());
        }
    }

    /// What can be seen in the namespace of a store that was added.
    public synchronized TokenView view(String namespace) {
        var watch = watches.get(namespace);
        return watch == null ? new TokenView.Loading(Optional.empty()) : watch.view();
    }

    /// Begins the watch over a namespace anew, for it lags behind, and with it all others on the same connection:
    /// it may hang for minutes before the system gives it up.
    public synchronized void renew(String namespace) {
        var watch = watches.get(namespace);
        if (watch == null || !watch.isListed()) {
            return;
        }
        LOG.atWarn().addKeyValue("namespace", namespace).log("the watch over tokens lags behind and is begun again");
        var hanging = watch.connection();
        var beside = watches.values().stream()
                .filter(other -> other.connection().equals(hanging))
                .toList();
        beside.forEach(NamespaceWatch::close);
        var fresh = connections.replace(hanging);
        beside.forEach(other -> other.renew(fresh));
    }

    /// The number of watches that were begun.
    public synchronized int begun() {
        return (int) watches.values().stream().filter(NamespaceWatch::isBegun).count();
    }

    /// The number of watches over which changes arrive.
    public synchronized int open() {
        return (int) watches.values().stream().filter(NamespaceWatch::isOpen).count();
    }

    @Override
    public synchronized void close() {
        watches.values().forEach(NamespaceWatch::close);
        watches.clear();
        connections.close();
    }
}
