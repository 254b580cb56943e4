package dev.tokenstore.client;

import dev.tokenstore.proto.v1.DeleteTokensRequest;
import dev.tokenstore.proto.v1.DeleteTokensResponse;
import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenByIdResponse;
import dev.tokenstore.proto.v1.GetTokensRequest;
import dev.tokenstore.proto.v1.GetTokensResponse;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenResponse;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceImplBase;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// A server whose answers a test writes: each call gets the next one, the last one for ever.
final class ScriptedSidecar extends TokenStoreServiceImplBase implements AutoCloseable {
    private final Queue<Supplier<Object>> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final Server server;
    private final int boundPort;

    /// @param port 0 for any free one
    ScriptedSidecar(int port) {
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .addService(this)
                    .build()
                    .start();
            boundPort = server.getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ScriptedSidecar answers(Supplier<Object> answer) {
        answers.add(answer);
        return this;
    }

    ScriptedSidecar fails(RuntimeException failure) {
        return answers(() -> {
            throw failure;
        });
    }

    int port() {
        return boundPort;
    }

    int calls() {
        return calls.get();
    }

    @Override
    public void findTokenById(FindTokenByIdRequest request, StreamObserver<FindTokenByIdResponse> responses) {
        answer(responses);
    }

    @Override
    public void saveToken(SaveTokenRequest request, StreamObserver<SaveTokenResponse> responses) {
        answer(responses);
    }

    @Override
    public void getTokens(GetTokensRequest request, StreamObserver<GetTokensResponse> responses) {
        answer(responses);
    }

    @Override
    public void deleteTokens(DeleteTokensRequest request, StreamObserver<DeleteTokensResponse> responses) {
        answer(responses);
    }

    @SuppressWarnings("unchecked")
    private <T> void answer(StreamObserver<T> responses) {
        calls.incrementAndGet();
        var answer = answers.size() > 1 ? answers.remove() : answers.element();
        try {
            responses.onNext((T) answer.get());
            responses.onCompleted();
        } catch (RuntimeException e) {
            responses.onError(e);
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
