package dev.tokenstore.sidecar.grpc;

import dev.tokenstore.proto.v1.DeleteTokenRequest;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// Checks a running sidecar with a token of its own: saves it, finds it, deletes it and expects to find it no more.
public final class SaveAndFindCheck {
    private static final int RANDOM_BYTES = 16;

    private final String address;
    private final Duration timeout;
    private final RandomGenerator random;

    /// @param address `unix:` and a path, or a host and a port
    /// @param timeout how long all of it may take, the wait for the sidecar included
    public SaveAndFindCheck(String address, Duration timeout, RandomGenerator random) {
        this.address = address;
        this.timeout = timeout;
        this.random = random;
    }

    /// Runs the calls.
    ///
    /// @return what went wrong, in one sentence; empty if nothing did
    public Optional<String> failure() {
        EventLoopGroup io = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            var channel = LocalChannel.open(address, io);
            try {
                return failure(TokenStoreServiceGrpc.newBlockingStub(channel)
                        .withWaitForReady()
                        .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS));
            } catch (StatusRuntimeException e) {
                return Optional.of(sentence(e));
            } finally {
                channel.shutdownNow();
            }
        } finally {
            io.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    /// Returns the sidecar's own sentence; gRPC describes a failed connection in many lines, which are left out.
    private String sentence(StatusRuntimeException e) {
        var code = e.getStatus().getCode();
        var status = StatusProto.fromThrowable(e);
        if (status != null && status.getDetailsCount() > 0) {
            return code + ": " + status.getMessage();
        }
        return switch (code) {
            case UNAVAILABLE, DEADLINE_EXCEEDED ->
                "no sidecar answered at " + address + " within " + timeout.toSeconds()
                        + " seconds; see whether one runs there";
            default -> "what answers at " + address + " is no sidecar (" + code + ")";
        };
    }

    private Optional<String> failure(TokenStoreServiceBlockingStub sidecar) {
        var user = "tokenstore-check-" + randomText();
        var refreshToken = randomText();
        var saved = sidecar.saveToken(SaveTokenRequest.newBuilder()
                        .setToken(Token.newBuilder().setUserSignature(user).setRefreshToken(refreshToken))
                        .build())
                .getToken();
        var found = find(sidecar, user);
        sidecar.deleteToken(DeleteTokenRequest.newBuilder().setId(saved.getId()).build());
        if (found.filter(token -> token.getId().equals(saved.getId())
                        && token.getRefreshToken().equals(refreshToken))
                .isEmpty()) {
            return Optional.of("a token was saved, and not found as it was saved");
        }
        return find(sidecar, user).map(token -> "a token was deleted, and found again");
    }

    private static Optional<Token> find(TokenStoreServiceBlockingStub sidecar, String user) {
        var response = sidecar.findToken(FindTokenRequest.newBuilder()
                .setToken(Token.newBuilder().setUserSignature(user))
                .build());
        return response.hasToken() ? Optional.of(response.getToken()) : Optional.empty();
    }

    private String randomText() {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
