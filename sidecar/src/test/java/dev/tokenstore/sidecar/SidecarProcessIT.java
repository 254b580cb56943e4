package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program as it is shipped, as a process of its own.
class SidecarProcessIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String SECRET = "fixture-secret-of-the-process";

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void killWhatIsLeft() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void servesAFileAndStopsCleanlyWhenToldTo() throws Exception {
        var sidecar = start("--embedded", directory.toString(), "--tcp", "0", "--metrics", "0", "--log-level", "debug");
        await().atMost(PATIENCE).until(() -> out().contains("TOKENSTORE_TCP_ADDRESS="));

        assertThat(out()).contains("TOKENSTORE_ADDRESS=unix:" + directory.resolve("tokenstore.sock") + "\n");
        assertThat(permissions("tokenstore.sock")).isEqualTo("rw-------");
        assertThat(permissions("tokens.db")).isEqualTo("rw-------");
        saveAndFind(found("TOKENSTORE_TCP_ADDRESS=(.*)", out()));
        var metricsPort = found("metrics=\"port ([0-9]+)\"", err());
        await().atMost(PATIENCE).until(() -> get(metricsPort, "/readyz").equals("ok\n"));
        assertThat(get(metricsPort, "/metrics"))
                .contains("tokenstore_sidecar_calls_total{method=\"SaveToken\",status=\"OK\"} 1.0");

        sidecar.destroy();

        assertThat(exitCode(sidecar)).isZero();
        assertThat(directory.resolve("tokenstore.sock")).doesNotExist();
        assertThat(err())
                .contains("serving")
                .contains("method=\"SaveToken\"")
                .contains("all calls had finished")
                .doesNotContain("WARN")
                .doesNotContain("ERROR")
                .doesNotContainIgnoringCase("warning")
                .doesNotContain(SECRET);
        assertThat(out()).doesNotContain(SECRET);
    }

    @Test
    void keepsTheTokensOverARestartAndReplacesTheSocketOfAKilledProcess() throws Exception {
        var first = start("--embedded", directory.toString(), "--tcp", "0");
        await().atMost(PATIENCE).until(() -> out().contains("TOKENSTORE_TCP_ADDRESS="));
        saveAndFind(found("TOKENSTORE_TCP_ADDRESS=(.*)", out()));
        first.destroyForcibly().waitFor();
        assertThat(directory.resolve("tokenstore.sock")).exists();

        var second = start("--embedded", directory.toString(), "--tcp", "0");
        await().atMost(PATIENCE).until(() -> out().contains("TOKENSTORE_TCP_ADDRESS="));

        find(found("TOKENSTORE_TCP_ADDRESS=(.*)", out()));
        second.destroy();
        assertThat(exitCode(second)).isZero();
    }

    @Test
    void saysInOneSentenceThatAPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
            var sidecar = start("--embedded", directory.toString(), "--tcp", String.valueOf(taken.getLocalPort()));

            assertThat(exitCode(sidecar)).isEqualTo(1);
            assertThat(err())
                    .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": address already in use")
                    .contains("--tcp")
                    .doesNotContain("Exception")
                    .doesNotContain("\tat ");
            assertThat(directory.resolve("tokenstore.sock")).doesNotExist();
        }
    }

    @Test
    void saysInOneSentenceThatTheSocketIsServedByAnother() throws Exception {
        var first = start("--embedded", directory.toString());
        await().atMost(PATIENCE).until(() -> out().contains("TOKENSTORE_ADDRESS="));

        var second = start("--embedded", directory.toString());

        assertThat(exitCode(second)).isEqualTo(1);
        assertThat(err()).contains("another process is serving there").doesNotContain("\tat ");
        assertThat(first.isAlive()).isTrue();
        assertThat(directory.resolve("tokenstore.sock")).exists();
    }

    @Test
    void saysInOneSentenceWhichSettingIsWrong() throws Exception {
        var sidecar = start("--embedded", directory.toString(), "--drain-timeout", "soon");

        assertThat(exitCode(sidecar)).isEqualTo(2);
        assertThat(err())
                .isEqualTo(
                        "tokenstore-sidecar: --drain-timeout is malformed: \"soon\"; give a whole number with a unit,"
                                + " such as 500ms, 10s, 5m or 1h (--help lists all settings)\n");
    }

    @Test
    void tellsItsVersionAndHelps() throws Exception {
        assertThat(exitCode(start("--version"))).isZero();
        assertThat(out()).matches("tokenstore-sidecar [0-9]+\\.[0-9]+\\.[0-9]+.*\n");

        assertThat(exitCode(start("--help"))).isZero();
        assertThat(out()).startsWith("Usage: tokenstore-sidecar [OPTIONS]");
    }

    @Test
    void logsAsJson() throws Exception {
        var sidecar = start("--embedded", directory.toString(), "--log-format", "json");
        await().atMost(PATIENCE).until(() -> out().contains("TOKENSTORE_ADDRESS="));
        sidecar.destroy();

        assertThat(exitCode(sidecar)).isZero();
        assertThat(err().lines())
                .isNotEmpty()
                .allSatisfy(
                        line -> assertThat(line).startsWith("{").endsWith("}").contains("\"level\":\"INFO\""));
    }

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", "target/sidecar.jar"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TOKENSTORE_"));
        var process = builder.start();
        processes.add(process);
        return process;
    }

    private static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private String out() throws IOException {
        return Files.readString(directory.resolve("out"));
    }

    private String err() throws IOException {
        return Files.readString(directory.resolve("err"));
    }

    private String permissions(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
    }

    private static String found(String pattern, String text) {
        var match = Pattern.compile(pattern).matcher(text);
        assertThat(match.find()).as(pattern).isTrue();
        return match.group(1);
    }

    private static void saveAndFind(String address) {
        var channel = channel(address);
        TokenStoreServiceGrpc.newBlockingStub(channel)
                .saveToken(SaveTokenRequest.newBuilder()
                        .setToken(Token.newBuilder().setUserSignature(SECRET).setAccessToken(SECRET))
                        .build());
        channel.shutdownNow();
        find(address);
    }

    private static void find(String address) {
        var channel = channel(address);
        assertThat(TokenStoreServiceGrpc.newBlockingStub(channel)
                        .findToken(FindTokenRequest.newBuilder()
                                .setToken(Token.newBuilder().setUserSignature(SECRET))
                                .build())
                        .getToken()
                        .getAccessToken())
                .isEqualTo(SECRET);
        channel.shutdownNow();
    }

    private static ManagedChannel channel(String address) {
        return NettyChannelBuilder.forTarget(address).usePlaintext().build();
    }

    private static String get(String port, String path) throws IOException, InterruptedException {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }
}
