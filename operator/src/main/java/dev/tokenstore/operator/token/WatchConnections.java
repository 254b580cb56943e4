package dev.tokenstore.operator.token;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// The connections that carry the watches over tokens. A watch is a request that does not end, and an API server
/// accepts
/// 100 concurrent requests on a connection, so there are as many connections as the watches need. Not thread-safe.
final class WatchConnections implements AutoCloseable {
    /// Leaves room for watches that are renewed: the old one may not have ended yet.
    static final int WATCHES_EACH = 80;

    private final Supplier<SecretMetadata> opener;
    private final Map<SecretMetadata, Integer> watches = new LinkedHashMap<>();

    /// @param opener opens one more connection
    WatchConnections(Supplier<SecretMetadata> opener) {
        this.opener = opener;
    }

    /// Returns a connection that has room for one more watch, and reserves that room.
    SecretMetadata acquire() {
        for (var connection : watches.entrySet()) {
            if (connection.getValue() < WATCHES_EACH) {
                connection.setValue(connection.getValue() + 1);
                return connection.getKey();
            }
        }
        var connection = opener.get();
        watches.put(connection, 1);
        return connection;
    }

    /// Frees the room of a watch that ended; the connection stays open for the next one.
    void release(SecretMetadata connection) {
        watches.computeIfPresent(connection, (same, number) -> number - 1);
    }

    /// Closes a connection that hangs, with every watch on it.
    ///
    /// @return a new connection with room reserved for as many watches
    SecretMetadata replace(SecretMetadata hanging) {
        var fresh = opener.get();
        var number = watches.remove(hanging);
        watches.put(fresh, number == null ? 0 : number);
        hanging.close();
        return fresh;
    }

    @Override
    public void close() {
        watches.keySet().forEach(SecretMetadata::close);
        watches.clear();
    }
}
