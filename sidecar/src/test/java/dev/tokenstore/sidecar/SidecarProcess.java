package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// The program as it is shipped, started as a process of its own.
final class SidecarProcess implements AutoCloseable {
    static final String SECRET = "fixture-secret-of-the-process";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern TCP = Pattern.compile("grpc=\"[^\"]*?([0-9.]+:[0-9]+)\"");
    private static final Pattern METRICS = Pattern.compile("metrics=\"port ([0-9]+)\"");

    private final ProgramProcess process;
    private final Path out;
    private Optional<ManagedChannel> channel = Optional.empty();

    private SidecarProcess(ProgramProcess process, Path out) {
        this.process = process;
        this.out = out;
    }

    /// @param directory where its output goes, to files of a new name each time
    static SidecarProcess start(Path directory, String... arguments) {
        var program = new Program("sidecar", Path.of("target/sidecar.jar"), List.of(), List.of(arguments), Map.of());
        try {
            var out = Files.createTempFile(directory, "out", ".txt");
            var err = Files.createTempFile(directory, "err", ".txt");
            return new SidecarProcess(ProgramProcess.start(program, out, err), out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SidecarProcess awaitServing() {
        await().atMost(PATIENCE).until(() -> err().contains(" serving "));
        return this;
    }

    void terminate() {
        process.terminate();
    }

    void kill() {
        process.kill();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitCode() {
        return process.exitCode();
    }

    String out() {
        try {
            return Files.readString(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String err() {
        return process.log();
    }

    private String found(Pattern pattern) {
        var match = pattern.matcher(err());
        assertThat(match.find()).as("%s in %s", pattern, err()).isTrue();
        return match.group(1);
    }

    /// Where it serves gRPC over TCP.
    String tcpAddress() {
        return found(TCP);
    }

    /// What an HTTP GET on the port of metrics and probes returns.
    String get(String path) {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + found(METRICS) + path))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void save() {
        call(client -> client.saveToken(SaveTokenRequest.newBuilder()
                .setToken(Token.newBuilder().setUserSignature(SECRET).setAccessToken(SECRET))
                .build()));
    }

    String foundAccessToken() {
        return call(client -> client.findToken(FindTokenRequest.newBuilder()
                        .setToken(Token.newBuilder().setUserSignature(SECRET))
                        .build()))
                .getToken()
                .getAccessToken();
    }

    private <T> T call(Function<TokenStoreServiceBlockingStub, T> call) {
        return call.apply(client());
    }

    /// A client of it, connected as long as this is open.
    synchronized TokenStoreServiceBlockingStub client() {
        var open = channel.orElseGet(
                () -> NettyChannelBuilder.forTarget(found(TCP)).usePlaintext().build());
        channel = Optional.of(open);
        return TokenStoreServiceGrpc.newBlockingStub(open);
    }

    @Override
    public synchronized void close() {
        channel.ifPresent(ManagedChannel::shutdownNow);
        process.kill();
    }
}
