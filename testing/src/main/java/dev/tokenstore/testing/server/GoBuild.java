package dev.tokenstore.testing.server;

import dev.tokenstore.testing.process.LogTail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Builds the binaries from source with the machine's Go.
final class GoBuild implements BinarySource {
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(15);

    private static final int COMMAND_NOT_FOUND = 127;

    /// Runs a command until it ends or until the other end of standard input is closed, which is what
    /// happens when this JVM is killed.
    private static final String UNTIL_INPUT_ENDS = """
            exec 3<&0
            "$@" </dev/null 3<&- &
            command=$!
            (read -r nothing <&3; kill -TERM "$command") >/dev/null 2>&1 &
            watcher=$!
            wait "$command"
            code=$?
            kill "$watcher"
            exit "$code"
            """;

    private final ControlPlaneModule module;
    private final String go;

    GoBuild(ControlPlaneModule module) {
        this(module, "go");
    }

    GoBuild(ControlPlaneModule module, String go) {
        this.module = module;
        this.go = go;
    }

    @Override
    public Outcome fetchInto(Path workspace, Consumer<String> progress) throws IOException, InterruptedException {
        var source = Files.createDirectory(workspace.resolve("source"));
        var result = Files.createDirectory(workspace.resolve("result"));
        var log = workspace.resolve("build.log");
        module.writeTo(source);

        progress.accept("Building Kubernetes " + module.version()
                + " from source with Go, once: usually 7 minutes on two cores, seconds when Go built it before.");
        var exitCode = await(start(source, result, log), progress);
        if (exitCode == COMMAND_NOT_FOUND) {
            return new Outcome.Unavailable("no program `" + go + "` to build it from source");
        }
        if (exitCode != 0) {
            return new Outcome.Unavailable("the Go build failed:\n" + LogTail.of(log, 15));
        }
        for (var name : ControlPlaneBinaries.LINKED) {
            Files.createSymbolicLink(result.resolve(name), Path.of("control-plane"));
        }
        return new Outcome.Fetched(new ControlPlaneBinaries(result));
    }

    private Process start(Path source, Path result, Path log) throws IOException {
        var build = List.of(
                go,
                "build",
                "-trimpath",
                "-ldflags",
                linkerFlags(module.version()),
                "-o",
                result + "/",
                ".",
                "./pause");
        var builder = new ProcessBuilder(
                        Stream.concat(Stream.of("/bin/sh", "-c", UNTIL_INPUT_ENDS, "sh"), build.stream())
                                .toList())
                .directory(source.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("CGO_ENABLED", "0");
        builder.environment().put("GOWORK", "off");
        builder.environment().put("GOTMPDIR", source.toString());
        return builder.start();
    }

    /// Without these the server calls itself v0.0.0.
    static String linkerFlags(String version) {
        var numbers = version.split("\\.", -1);
        var variable = "-X k8s.io/component-base/version.";
        return "-s -w " + variable + "gitVersion=v" + version + " " + variable + "gitMajor=" + numbers[0] + " "
                + variable + "gitMinor=" + numbers[1];
    }

    private static int await(Process build, Consumer<String> progress) throws InterruptedException, IOException {
        try (var input = build.getOutputStream()) {
            for (var elapsed = PROGRESS_EVERY;
                    !build.waitFor(PROGRESS_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                    elapsed = elapsed.plus(PROGRESS_EVERY)) {
                progress.accept(
                        "  still building after %d:%02d".formatted(elapsed.toMinutes(), elapsed.toSecondsPart()));
            }
            return build.exitValue();
        }
    }
}
