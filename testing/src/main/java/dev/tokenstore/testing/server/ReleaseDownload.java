package dev.tokenstore.testing.server;

import io.fabric8.kubeapitest.binary.BinaryDownloader;
import io.fabric8.kubeapitest.binary.OSInfo;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// Downloads the released binaries through fabric8's `kube-api-test`, where the internet is there.
final class ReleaseDownload implements BinarySource {
    private static final Duration INDEX_LIMIT = Duration.ofSeconds(5);
    private static final Duration ARCHIVE_LIMIT = Duration.ofMinutes(10);

    private final String minorVersion;

    /// @param version the wanted version; the newest patch of its minor version is taken
    ReleaseDownload(String version) {
        this.minorVersion = version.substring(0, version.lastIndexOf('.'));
    }

    @Override
    public Outcome fetchInto(Path workspace, Consumer<String> progress) throws InterruptedException {
        var downloader = new BinaryDownloader(workspace.toString(), new OSInfo());
        try {
            var version = within(INDEX_LIMIT, () -> downloader.findLatestOfWildcard(minorVersion + ".*"));
            progress.accept("Downloading Kubernetes " + version + " (some 100 MB, usually a minute).");
            var folder = within(ARCHIVE_LIMIT, () -> downloader.download(version));
            return new Outcome.Fetched(new ControlPlaneBinaries(folder.toPath()));
        } catch (ExecutionException | TimeoutException e) {
            return new Outcome.Unavailable("no download of release " + minorVersion + " (" + rootOf(e) + ")");
        }
    }

    /// Runs a call that has no timeout of its own on a thread that nobody waits for afterwards.
    private static <T> T within(Duration limit, Callable<T> call)
            throws ExecutionException, TimeoutException, InterruptedException {
        var task = new FutureTask<>(call);
        Thread.ofPlatform().daemon().name("kubernetes-download").start(task);
        return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static String rootOf(Throwable failure) {
        var root = failure;
        for (var cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            root = cause;
        }
        return root.getClass().getSimpleName();
    }
}
