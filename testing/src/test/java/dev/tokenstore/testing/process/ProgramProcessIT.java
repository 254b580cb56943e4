package dev.tokenstore.testing.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramProcessIT {
    @TempDir
    private Path folder;

    private Path jar;

    @BeforeEach
    void writeJar() throws IOException {
        jar = jar();
    }

    @Test
    void aJarThatIsNotBuiltSaysHowToBuildIt() {
        var missing = new Program("sidecar", folder.resolve("missing.jar"), List.of(), List.of(), Map.of());

        assertThatThrownBy(() -> ProgramProcess.start(missing, folder))
                .isInstanceOf(ProgramException.class)
                .hasMessageContaining("mvn -DskipTests package");
    }

    @Test
    void oneThatEndedSaysHowAndWhatItSaidLast() throws Exception {
        try (var program = start("fails")) {
            assertThat(program.exitCode()).isEqualTo(7);

            assertThatThrownBy(program::requireAlive).hasMessageContainingAll("exit code 7", "out of luck");
        }
    }

    @Test
    void endsWhenAskedToAndWhenKilled() throws Exception {
        try (var asked = start("waits");
                var killed = start("waits")) {
            await().until(() -> asked.hasLogged("waiting") && killed.hasLogged("waiting"));
            var pid = killed.pid();

            asked.terminate();
            killed.kill();

            assertThat(asked.exitCode()).isEqualTo(128 + 15);
            assertThat(ProcessHandle.of(pid)).isEmpty();
        }
    }

    @Test
    void endsWithTheProcessThatStartedItHoweverThatOneEnds() throws Exception {
        var starter = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Starter.class.getName(),
                        jar.toString(),
                        folder.toString())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        var pid = Long.parseLong(starter.inputReader().readLine());
        assertThat(ProcessHandle.of(pid)).isPresent();

        starter.destroyForcibly();

        await().until(() -> ProcessHandle.of(pid).isEmpty());
    }

    private ProgramProcess start(String argument) {
        var program = new Program("program", jar, Program.SMALL, List.of(argument), Map.of());
        return ProgramProcess.start(program, folder);
    }

    /// A program of one class.
    private Path jar() throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Sample.class.getName());
        var file = folder.resolve("program.jar");
        var name = Sample.class.getName().replace('.', '/') + ".class";
        try (var output = new JarOutputStream(Files.newOutputStream(file), manifest);
                var bytes = Sample.class.getClassLoader().getResourceAsStream(name)) {
            output.putNextEntry(new JarEntry(name));
            bytes.transferTo(output);
        }
        return file;
    }

    /// The program under test.
    static final class Sample {
        public static void main(String... arguments) throws InterruptedException {
            if (arguments[0].equals("fails")) {
                System.err.println("out of luck");
                System.exit(7);
            }
            System.out.println("waiting");
            Thread.currentThread().join();
        }
    }

    /// A process that starts the program under test, tells its id and waits.
    static final class Starter {
        public static void main(String... arguments) throws InterruptedException {
            var program = new Program("program", Path.of(arguments[0]), Program.SMALL, List.of("waits"), Map.of());
            System.out.println(
                    ProgramProcess.start(program, Path.of(arguments[1])).pid());
            Thread.currentThread().join();
        }
    }
}
