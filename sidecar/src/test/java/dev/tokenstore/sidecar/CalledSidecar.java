package dev.tokenstore.sidecar;

import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import dev.tokenstore.testing.product.SidecarProcess;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The program as it is shipped, with a client that is connected as long as this is open.
final class CalledSidecar extends SidecarProcess {
    static final String SECRET = "fixture-secret-of-the-process";

    private Optional<ManagedChannel> channel = Optional.empty();

    private CalledSidecar(Path directory, List<String> arguments, Map<String, String> environment) {
        super(directory, arguments, environment);
    }

    /// @param directory where its output goes, to files of a new name each time
    static CalledSidecar start(Path directory, String... arguments) {
        return start(directory, Map.of(), arguments);
    }

    /// @param directory where its output goes, to files of a new name each time
    /// @param environment in addition to this process's
    static CalledSidecar start(Path directory, Map<String, String> environment, String... arguments) {
        return new CalledSidecar(directory, List.of(arguments), environment);
    }

    @Override
    public CalledSidecar awaitServing() {
        super.awaitServing();
        return this;
    }

    void save() {
        var token = Token.newBuilder().setUserSignature(SECRET).setAccessToken(SECRET);
        client().saveToken(SaveTokenRequest.newBuilder().setToken(token).build());
    }

    String foundAccessToken() {
        var token = Token.newBuilder().setUserSignature(SECRET);
        return client().findToken(FindTokenRequest.newBuilder().setToken(token).build())
                .getToken()
                .getAccessToken();
    }

    synchronized TokenStoreServiceBlockingStub client() {
        var open = channel.orElseGet(
                () -> NettyChannelBuilder.forTarget(address()).usePlaintext().build());
        channel = Optional.of(open);
        return TokenStoreServiceGrpc.newBlockingStub(open);
    }

    /// Ends the client's connection; the next call opens another.
    synchronized void disconnect() {
        channel.ifPresent(ManagedChannel::shutdownNow);
        channel = Optional.empty();
    }

    @Override
    public synchronized void close() {
        disconnect();
        super.close();
    }
}
