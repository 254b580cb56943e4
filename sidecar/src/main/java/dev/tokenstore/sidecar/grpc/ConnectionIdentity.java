package dev.tokenstore.sidecar.grpc;

import io.grpc.Attributes;
import io.grpc.ServerTransportFilter;
import java.util.function.Consumer;

/// Gives each connection an identity, and says when the connection ends.
final class ConnectionIdentity extends ServerTransportFilter {
    private static final Attributes.Key<Object> IDENTITY = Attributes.Key.create("connection");

    private final Consumer<Object> ended;

    /// @param ended gets the identity of each connection that has ended
    ConnectionIdentity(Consumer<Object> ended) {
        this.ended = ended;
    }

    /// The identity of the connection with these attributes.
    static Object of(Attributes connection) {
        var identity = connection.get(IDENTITY);
        return identity == null ? connection : identity;
    }

    @Override
    public Attributes transportReady(Attributes connection) {
        return connection.toBuilder().set(IDENTITY, new Object()).build();
    }

    @Override
    public void transportTerminated(Attributes connection) {
        ended.accept(of(connection));
    }
}
