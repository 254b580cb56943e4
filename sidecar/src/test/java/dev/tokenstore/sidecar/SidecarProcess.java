package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;

/// The program as it is shipped, started as a process of its own.
final class SidecarProcess implements AutoCloseable {
    static final String SECRET = "fixture-secret-of-the-process";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern TCP = Pattern.compile("grpc=\"[^\"]*?([0-9.]+:[0-9]+)\"");
    private static final Pattern METRICS = Pattern.compile("metrics=\"port ([0-9]+)\"");

    private final Process process;
    private final Path out;
    private final Path err;
    private Optional<ManagedChannel> channel = Optional.empty();

    private SidecarProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /// @param directory where its output goes, to files of a new name each time
    static SidecarProcess start(Path directory, String... arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", "target/sidecar.jar"));
        command.addAll(List.of(arguments));
        try {
            var out = Files.createTempFile(directory, "out", ".txt");
            var err = Files.createTempFile(directory, "err", ".txt");
            var builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("TOKENSTORE_"));
            return new SidecarProcess(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    SidecarProcess awaitServing() {
        await().atMost(PATIENCE).until(() -> err().contains(" serving "));
        return this;
    }

    void terminate() {
        process.destroy();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        process.destroyForcibly();
    }
}
