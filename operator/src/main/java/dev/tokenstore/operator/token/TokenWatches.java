package dev.tokenstore.operator.token;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The watches over token Secrets: one per namespace that has a store, started with its first store and stopped with
/// its last, so that the operator needs no right to Secrets anywhere else. Thread-safe.
public final class TokenWatches implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TokenWatches.class);

    private final WatchConnections connections;
    private final InstantSource clock;
    private final Map<String, NamespaceWatch> watches = new HashMap<>();
    private volatile BiConsumer<String, String> listener = (namespace, store) -> {};

    /// @param connections opens one more connection, which this class closes
    public TokenWatches(Supplier<SecretMetadata> connections, InstantSource clock) {
        this.connections = new WatchConnections(connections);
        this.clock = clock;
    }

    /// Sets the listener, which gets namespace and name of a store whose view of tokens changed.
    public void listener(BiConsumer<String, String> newListener) {
        listener = newListener;
    }

    /// Adds a store; the watch over its namespace starts at the first [#view].
    public synchronized void add(String namespace, String store) {
        watches.computeIfAbsent(
                        namespace,
                        name -> new NamespaceWatch(
                                connections.acquire(), name, clock, changed -> listener.accept(name, changed)))
                .add(store);
    }

    public synchronized void remove(String namespace, String store) {
        var watch = watches.get(namespace);
        if (watch != null && watch.removeLeavingNone(store)) {
            watches.remove(namespace);
            watch.close();
            connections.release(watch.connection());
        }
    }

    /// Returns the view of a namespace whose store was added.
    public synchronized TokenView view(String namespace) {
        var watch = watches.get(namespace);
        return watch == null ? new TokenView.Loading(Optional.empty()) : watch.view();
    }

    /// Replaces the connection of a watch that lags behind, and starts the watches on it again: a connection may
    /// hang for minutes before the system closes it.
    public synchronized void renew(String namespace) {
        var watch = watches.get(namespace);
        if (watch == null || !watch.isListed()) {
            return;
        }
        LOG.atWarn().addKeyValue("namespace", namespace).log("the watch over tokens lags behind and is started again");
        var hanging = watch.connection();
        var affected = watches.values().stream()
                .filter(other -> other.connection().equals(hanging))
                .toList();
        affected.forEach(NamespaceWatch::close);
        var fresh = connections.replace(hanging);
        affected.forEach(other -> other.renew(fresh));
    }

    /// Checks which watches are open, and reports stores whose watch has been broken for a minute; to be called every
    /// few seconds.
    public void check() {
        List<NamespaceWatch> all;
        synchronized (this) {
            all = List.copyOf(watches.values());
        }
        all.forEach(NamespaceWatch::check);
    }

    /// The number of watches that were started.
    public synchronized int started() {
        return (int) watches.values().stream().filter(NamespaceWatch::isStarted).count();
    }

    /// The number of watches that are open.
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
