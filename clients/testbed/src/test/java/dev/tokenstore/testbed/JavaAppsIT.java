package dev.tokenstore.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.Project;
import dev.tokenstore.testing.product.SidecarProcess;
import dev.tokenstore.testing.product.TestStore;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The Java client in apps that frameworks, BOMs and the vendor's SDK give other versions of gRPC, protobuf and netty,
/// and in fat jars that lose service files. Maven builds them (`src/test/java-apps`); they run against a sidecar, over
/// TCP and over a Unix socket.
class JavaAppsIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final String NAME = "Java apps";
    private static final Path BUILT = Path.of("target/java-apps");

    private static SidecarProcess sidecar;

    @BeforeAll
    static void build() {
        var maven = Path.of(System.getProperty("maven.home"), "bin", "mvn").toString();
        var suite = new ClientSuite(NAME, Project.file("clients/testbed/src/test/java-apps"), Map.of());
        var offline = System.getProperty("maven.mode").equals("offline=true") ? "--offline" : "--no-snapshot-updates";
        suite.run(maven, "--batch-mode", "--no-transfer-progress", offline, "-T", "2", "-DskipTests", "package");
        sidecar = SidecarProcess.ready(TestStore.create(kubernetes, "{}"));
    }

    @AfterAll
    static void stop() {
        sidecar.close();
    }

    @TestFactory
    Stream<DynamicTest> runsBesideTheLibrariesOfAFramework() {
        return Map.of(
                        "spring-boot-3", List.of("netty-transport-4.1.128.Final"),
                        "spring-boot-4", List.of("netty-transport-4.2.7.Final"),
                        "quarkus", List.of("protobuf-java-3.25.5", "grpc-core-1.69.1", "netty-transport-4.1.127.Final"),
                        "micronaut", List.of("protobuf-java-3.25.8", "grpc-core-1.73.0", "netty-transport-4.2.5.Final"),
                        "google", List.of("protobuf-java-4.29.4", "grpc-core-1.71.0"),
                        "mysql-driver", List.of("protobuf-java-3.6.1"))
                .entrySet()
                .stream()
                .map(app -> DynamicTest.dynamicTest(app.getKey(), () -> {
                    var folder = BUILT.resolve(app.getKey());
                    assertThat(folder.resolve("lib")).isDirectoryContaining("glob:**/client-*.jar");
                    for (var library : app.getValue()) {
                        assertThat(folder.resolve("lib/" + library + ".jar")).exists();
                    }
                    runsOverTcpAndSocket(folder.resolve("classes") + File.pathSeparator + folder.resolve("lib/*"));
                }));
    }

    @TestFactory
    Stream<DynamicTest> runsInAFatJar() {
        return Stream.of("fat-jar-assembled", "fat-jar-shaded")
                .map(app -> DynamicTest.dynamicTest(app, () -> {
                    var jar = BUILT.resolve(app).resolve("fat.jar");
                    assertThat(jar).exists();
                    runsOverTcpAndSocket(jar.toString());
                }));
    }

    private static void runsOverTcpAndSocket(String classPath) throws IOException, InterruptedException {
        for (var address : List.of(sidecar.address(), sidecar.socketAddress())) {
            assertThat(run(classPath, address)).as(address).isEqualTo("first call:  logged in\nsecond call: stored\n");
        }
    }

    private static String run(String classPath, String address) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(
                        Path.of(javaHome(), "bin", "java").toString(),
                        "--class-path",
                        classPath,
                        "dev.tokenstore.example.Example",
                        "user-" + UUID.randomUUID())
                .redirectErrorStream(true);
        builder.environment().put("TOKENSTORE_ADDRESS", address);
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static String javaHome() {
        return System.getProperty("java.home");
    }
}
