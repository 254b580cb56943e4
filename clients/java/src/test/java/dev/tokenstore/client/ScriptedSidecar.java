package dev.tokenstore.client;

import com.google.protobuf.Message;
import dev.tokenstore.proto.v1.DeleteTokenRequest;
import dev.tokenstore.proto.v1.DeleteTokenResponse;
import dev.tokenstore.proto.v1.DeleteTokensRequest;
import dev.tokenstore.proto.v1.DeleteTokensResponse;
import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenByIdResponse;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.FindTokenResponse;
import dev.tokenstore.proto.v1.GetTokensRequest;
import dev.tokenstore.proto.v1.GetTokensResponse;
import dev.tokenstore.proto.v1.ReportRejectedRequest;
import dev.tokenstore.proto.v1.ReportRejectedResponse;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenResponse;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceImplBase;
import io.grpc.Context;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// A server with scripted answers: each call gets the next one, and the last one repeats.
final class ScriptedSidecar extends TokenStoreServiceImplBase implements AutoCloseable {
    private final Queue<Supplier<Object>> answers = new ConcurrentLinkedQueue<>();
    private final List<Message> requests = new CopyOnWriteArrayList<>();
    private final List<Duration> timeLimits = new CopyOnWriteArrayList<>();
    private final Server server;
    private final int boundPort;

    /// @param port 0 for any free one
    ScriptedSidecar(int port) {
        this(port, builder -> builder);
    }

    ScriptedSidecar(int port, UnaryOperator<NettyServerBuilder> settings) {
        try {
            server = settings.apply(NettyServerBuilder.forAddress(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
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
        return requests.size();
    }

    List<Message> requests() {
        return requests;
    }

    /// How much time each call had left when it arrived.
    List<Duration> timeLimits() {
        return timeLimits;
    }

    @Override
    public void findToken(FindTokenRequest request, StreamObserver<FindTokenResponse> responses) {
        answer(request, responses);
    }

    @Override
    public void deleteToken(DeleteTokenRequest request, StreamObserver<DeleteTokenResponse> responses) {
        answer(request, responses);
    }

    @Override
    public void findTokenById(FindTokenByIdRequest request, StreamObserver<FindTokenByIdResponse> responses) {
        answer(request, responses);
    }

    @Override
    public void saveToken(SaveTokenRequest request, StreamObserver<SaveTokenResponse> responses) {
        answer(request, responses);
    }

    @Override
    public void getTokens(GetTokensRequest request, StreamObserver<GetTokensResponse> responses) {
        answer(request, responses);
    }

    @Override
    public void deleteTokens(DeleteTokensRequest request, StreamObserver<DeleteTokensResponse> responses) {
        answer(request, responses);
    }

    @Override
    public void reportRejected(ReportRejectedRequest request, StreamObserver<ReportRejectedResponse> responses) {
        answer(request, responses);
    }

    @SuppressWarnings("unchecked")
    private <T> void answer(Message request, StreamObserver<T> responses) {
        var deadline = Objects.requireNonNull(Context.current().getDeadline());
        timeLimits.add(Duration.ofMillis(deadline.timeRemaining(TimeUnit.MILLISECONDS)));
        requests.add(request);
        var answer = next();
        try {
            responses.onNext((T) answer.get());
            responses.onCompleted();
        } catch (RuntimeException e) {
            responses.onError(e);
        }
    }

    private synchronized Supplier<Object> next() {
        return answers.size() > 1 ? answers.remove() : answers.element();
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
