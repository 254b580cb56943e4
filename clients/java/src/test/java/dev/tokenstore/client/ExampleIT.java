package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.process.Ports;
import dev.tokenstore.testing.product.SidecarProcess;
import dev.tokenstore.testing.product.TestStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The example in `examples/java`, run as a program.
class ExampleIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final Path SOURCE = Path.of("../../examples/java/src/main/java/dev/tokenstore/example/Example.java");

    @Test
    void logsInOnceAndRenewsWhatExpires() throws Exception {
        try (var sidecar = SidecarProcess.ready(TestStore.create(kubernetes, "{}"));
                var store = TokenStoreClient.connect(sidecar.address())) {
            assertThat(run(sidecar.socketAddress(), 0)).isEqualTo("first call:  logged in\nsecond call: stored\n");

            var token = store.findToken(
                            TokenRecord.builder().userSignature("alice").build())
                    .orElseThrow();
            store.saveToken(TokenRecord.builder()
                    .id(token.id().orElseThrow())
                    .expiresIn("1000000000000")
                    .build());

            assertThat(run(sidecar.address(), 0)).isEqualTo("first call:  renewed\nsecond call: stored\n");
            assertThat(store.findTokenById(token.id().orElseThrow()).refreshToken())
                    .isEqualTo(token.refreshToken());
        }
    }

    @Test
    void saysWhatIsWrongWithoutASidecar() throws Exception {
        assertThat(run("127.0.0.1:" + Ports.free(), 1))
                .startsWith("example: no token store sidecar can be reached at ")
                .hasLineCount(1);
        assertThat(run("nowhere", 1))
                .startsWith("example: the token store's address \"nowhere\" (TOKENSTORE_ADDRESS) is malformed")
                .hasLineCount(1);
    }

    private static String run(String address, int exitCode) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--class-path",
                        System.getProperty("java.class.path"),
                        "--source",
                        "11",
                        SOURCE.toString())
                .redirectErrorStream(true);
        builder.environment().put("TOKENSTORE_ADDRESS", address);
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(exitCode);
        return output;
    }
}
