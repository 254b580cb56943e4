package dev.tokenstore.client;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The connection to the sidecar at one address, which all clients of that address in this JVM share. It ends with the
/// last of them. Thread-safe.
final class SharedConnection {
    private static final Map<String, SharedConnection> SHARED = new HashMap<>();

    private final SidecarAddress address;
    private int users;
    private boolean isReleased;
    private @Nullable Http2Connection connection;

    private SharedConnection(SidecarAddress address) {
        this.address = address;
    }

    /// Returns the connection of this address; the caller releases it.
    static SharedConnection of(SidecarAddress address) {
        synchronized (SHARED) {
            var shared = SHARED.computeIfAbsent(address.toString(), name -> new SharedConnection(address));
            shared.users++;
            return shared;
        }
    }

    void release() {
        synchronized (SHARED) {
            if (--users > 0) {
                return;
            }
            SHARED.remove(address.toString());
        }
        synchronized (this) {
            isReleased = true;
            if (connection != null) {
                connection.close();
            }
        }
    }

    /// Returns the present connection, or a new one where there is none or it is lost; null after the last release.
    synchronized @Nullable Http2Connection open() {
        if (isReleased) {
            return null;
        }
        if (connection == null || !connection.isAccepting()) {
            connection = new Http2Connection(address);
        }
        return connection;
    }
}
