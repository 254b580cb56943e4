package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.proto.v1.GetTokensRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program serving a file, from its start to its end.
class SidecarProcessIT {
    @TempDir
    Path directory;

    private final List<CalledSidecar> processes = new ArrayList<>();

    @AfterEach
    void killWhatIsLeft() {
        processes.forEach(CalledSidecar::close);
    }

    @Test
    void servesAFileAndStopsCleanlyWhenToldTo() throws Exception {
        var sidecar = start("--embedded", directory.toString(), "--tcp", "0", "--metrics", "0", "--log-level", "debug")
                .awaitServing();

        await().until(() -> sidecar.out().contains("TOKENSTORE_TCP_ADDRESS=127.0.0.1:"));
        assertThat(sidecar.out()).contains("TOKENSTORE_ADDRESS=unix:" + directory.resolve("tokenstore.sock") + "\n");
        assertThat(permissions("tokenstore.sock")).isEqualTo("rw-------");
        assertThat(permissions("tokens.db")).isEqualTo("rw-------");
        sidecar.save();
        assertThat(sidecar.foundAccessToken()).isEqualTo(CalledSidecar.SECRET);
        await().until(() -> sidecar.get("/readyz").equals("ok\n"));
        assertThat(sidecar.get("/metrics"))
                .contains("tokenstore_sidecar_calls_total{method=\"SaveToken\",status=\"OK\"} 1.0");

        sidecar.terminate();

        assertThat(sidecar.exitCode()).isZero();
        assertThat(directory.resolve("tokenstore.sock")).doesNotExist();
        assertThat(sidecar.err())
                .contains("method=\"SaveToken\"")
                .contains("all calls had finished")
                .doesNotContain("ERROR")
                .doesNotContainIgnoringCase("warn")
                .doesNotContain(CalledSidecar.SECRET);
        assertThat(sidecar.out()).doesNotContain(CalledSidecar.SECRET);
    }

    @Test
    void checksASidecarThatRunsAndLeavesNoTokenBehind() throws Exception {
        var sidecar = start("--embedded", directory.toString(), "--tcp", "0").awaitServing();
        var socket = "unix:" + directory.resolve("tokenstore.sock");

        for (var address : List.of(socket, sidecar.address())) {
            var check = start("check", "--address", address);
            assertThat(check.exitCode()).as(check.err()).isZero();
            assertThat(check.out()).isEqualTo("saved, found and deleted a token\n");
            assertThat(check.err()).isEmpty();
        }
        assertThat(sidecar.client()
                        .getTokens(GetTokensRequest.getDefaultInstance())
                        .getTokensCount())
                .isZero();
    }

    @Test
    void checksThatNoSidecarRunsInOneSentence() throws Exception {
        var check = start("check", "--address", "127.0.0.1:1", "--timeout", "1");

        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.err())
                .isEqualTo("tokenstore-sidecar check: no sidecar answered at 127.0.0.1:1 within 1"
                        + " seconds; see whether one runs there\n");
        var wrong = start("check", "--adress", "x");
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err())
                .startsWith("tokenstore-sidecar: Unknown option")
                .endsWith("(tokenstore-sidecar check --help lists all options)\n")
                .hasLineCount(1);
    }

    @Test
    void checksInTheSidecarsOwnWords() throws Exception {
        var sidecar = start("--embedded", directory.toString(), "--tcp", "0", "--max-tokens", "1")
                .awaitServing();
        sidecar.save();

        var check = start("check", "--address", sidecar.address());

        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(check.err())
                .startsWith("tokenstore-sidecar check: RESOURCE_EXHAUSTED: ")
                .hasLineCount(1);
    }

    @Test
    void deletesTheTokensOfAFileWhoseTimeIsOverAndTellsHowMany() throws Exception {
        var sidecar = start("--embedded", directory.toString(), "--tcp", "0", "--metrics", "0", "--max-token-age", "2s")
                .awaitServing();
        sidecar.save();
        assertThat(sidecar.foundAccessToken()).isEqualTo(CalledSidecar.SECRET);

        await().until(() ->
                sidecar.get("/metrics").contains("tokenstore_sidecar_deleted_tokens_total{reason=\"TooOld\"} 1.0"));

        assertThat(sidecar.foundAccessToken()).isEmpty();
        sidecar.terminate();
        assertThat(sidecar.exitCode()).isZero();
        assertThat(sidecar.err())
                .contains("deleted tokens whose time was over TooOld=\"1\"")
                .doesNotContain(CalledSidecar.SECRET);
    }

    @Test
    void keepsTheTokensOverAKillAndReplacesTheSocketItLeft() throws Exception {
        var first = start("--embedded", directory.toString(), "--tcp", "0").awaitServing();
        first.save();
        first.kill();
        assertThat(directory.resolve("tokenstore.sock")).exists();

        var second = start("--embedded", directory.toString(), "--tcp", "0").awaitServing();

        assertThat(second.foundAccessToken()).isEqualTo(CalledSidecar.SECRET);
        second.terminate();
        assertThat(second.exitCode()).isZero();
    }

    @Test
    void isNotAliveOnceNobodyCanConnectToItsSocket() throws Exception {
        var sidecar =
                start("--embedded", directory.toString(), "--metrics", "0").awaitServing();
        assertThat(sidecar.get("/livez")).isEqualTo("ok\n");

        Files.delete(directory.resolve("tokenstore.sock"));

        assertThat(sidecar.get("/livez")).isEqualTo("not alive: the gRPC server does not answer\n");
    }

    @Test
    void keepsTokensInMemoryForAllConnectionsAndLeavesNothingBehind() throws Exception {
        var socket = directory.resolve("memory.sock");
        var sidecar = start(
                        "--embedded",
                        "memory",
                        "--socket",
                        socket.toString(),
                        "--tcp",
                        "0",
                        "--metrics",
                        "0",
                        "--max-token-age",
                        "5s")
                .awaitServing();

        sidecar.save();
        sidecar.disconnect();
        assertThat(sidecar.foundAccessToken()).isEqualTo(CalledSidecar.SECRET);
        var check = start("check", "--address", "unix:" + socket);

        assertThat(check.exitCode()).as(check.err()).isZero();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> sidecar.get("/metrics").contains("tokenstore_sidecar_deleted_tokens_total"));
        assertThat(sidecar.foundAccessToken()).isEmpty();
        sidecar.terminate();
        assertThat(sidecar.exitCode()).isZero();
        assertThat(socket).doesNotExist();
    }

    @Test
    void saysInOneSentenceThatAPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var sidecar = start("--embedded", directory.toString(), "--tcp", String.valueOf(taken.getLocalPort()));

            assertThat(sidecar.exitCode()).isEqualTo(1);
            assertThat(sidecar.err())
                    .contains("cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": address already in use")
                    .contains("--tcp")
                    .doesNotContain("Exception")
                    .doesNotContain("\tat ");
            assertThat(directory.resolve("tokenstore.sock")).doesNotExist();
        }
    }

    @Test
    void saysInOneSentenceThatTheSocketIsServedByAnother() throws Exception {
        var first = start("--embedded", directory.toString()).awaitServing();

        var second = start("--embedded", directory.toString());

        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err()).contains("another process is serving there").doesNotContain("\tat ");
        assertThat(first.isAlive()).isTrue();
        assertThat(directory.resolve("tokenstore.sock")).exists();
    }

    @Test
    void saysInOneSentenceThatTheFileIsNoUse() throws Exception {
        var file = Files.writeString(directory.resolve("tokens.db"), "this is no database".repeat(100));

        var sidecar = start("--embedded", directory.toString());

        assertThat(sidecar.exitCode()).isEqualTo(1);
        assertThat(sidecar.err())
                .startsWith("tokenstore-sidecar: cannot use the file " + file)
                .doesNotContain("\tat ");
    }

    @Test
    void saysInOneSentenceWhichSettingIsWrong() throws Exception {
        var sidecar = start("--embedded", directory.toString(), "--drain-timeout", "soon");

        assertThat(sidecar.exitCode()).isEqualTo(2);
        assertThat(sidecar.err())
                .isEqualTo(
                        "tokenstore-sidecar: --drain-timeout is malformed: \"soon\"; give a Go duration, a number with a"
                                + " unit, such as 500ms, 10s or 1h30m (tokenstore-sidecar --help lists all options)\n");
    }

    @Test
    void tellsItsVersionAndHelps() throws Exception {
        var version = start("--version");
        var help = start("--help");

        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).matches("tokenstore-sidecar [0-9]+\\.[0-9]+\\.[0-9]+.*\n");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).startsWith("Usage: tokenstore-sidecar [OPTIONS]");
    }

    @Test
    void logsAsJson() throws Exception {
        var sidecar = start("--embedded", directory.toString(), "--log-format", "json");
        await().until(() -> sidecar.out().contains("TOKENSTORE_ADDRESS="));
        sidecar.terminate();

        assertThat(sidecar.exitCode()).isZero();
        assertThat(sidecar.err().lines())
                .isNotEmpty()
                .allSatisfy(
                        line -> assertThat(line).startsWith("{").endsWith("}").contains("\"level\":\"INFO\""));
    }

    private CalledSidecar start(String... arguments) {
        var process = CalledSidecar.start(directory, arguments);
        processes.add(process);
        return process;
    }

    private String permissions(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
    }
}
