package dev.tokenstore.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Builds the binaries from source with the machine's Go.
final class GoBuild implements BinarySource {
    private static final Duration PROGRESS_EVERY = Duration.ofSeconds(15);

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

        Process build;
        try {
            build = start(source, result.resolve("control-plane"), log);
        } catch (IOException e) {
            return new Outcome.Unavailable("no program `" + go + "` to build it from source");
        }
        progress.accept("Building Kubernetes " + module.version()
                + " from source with Go, once: usually 5 minutes on two cores, seconds when Go built it before.");
        if (await(build, progress) != 0) {
            return new Outcome.Unavailable("the Go build failed:\n" + LogTail.of(log, 15));
        }
        for (var name : List.of("kube-apiserver", "etcd", "kubectl")) {
            Files.createSymbolicLink(result.resolve(name), Path.of("control-plane"));
        }
        return new Outcome.Fetched(new ControlPlaneBinaries(result));
    }

    private Process start(Path source, Path binary, Path log) throws IOException {
        var builder = new ProcessBuilder(
                        go,
                        "build",
                        "-trimpath",
                        "-ldflags",
                        linkerFlags(module.version()),
                        "-o",
                        binary.toString(),
                        ".")
                .directory(source.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("CGO_ENABLED", "0");
        builder.environment().put("GOWORK", "off");
        return builder.start();
    }

    /// Without these the server calls itself v0.0.0.
    static String linkerFlags(String version) {
        var numbers = version.split("\\.", -1);
        var variable = "-X k8s.io/component-base/version.";
        return "-s -w " + variable + "gitVersion=v" + version + " " + variable + "gitMajor=" + numbers[0] + " "
                + variable + "gitMinor=" + numbers[1];
    }

    private static int await(Process build, Consumer<String> progress) throws InterruptedException {
        var stopWithUs = new Thread(() -> stop(build), "stop-go-build");
        Runtime.getRuntime().addShutdownHook(stopWithUs);
        try {
            for (var elapsed = PROGRESS_EVERY;
                    !build.waitFor(PROGRESS_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                    elapsed = elapsed.plus(PROGRESS_EVERY)) {
                progress.accept(
                        "  still building after %d:%02d".formatted(elapsed.toMinutes(), elapsed.toSecondsPart()));
            }
            return build.exitValue();
        } finally {
            stop(build);
            forget(stopWithUs);
        }
    }

    private static void stop(Process build) {
        build.descendants().forEach(ProcessHandle::destroy);
        build.destroy();
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shutdownHasBegun) {
            // the hook runs, and that is all it is for
        }
    }
}
