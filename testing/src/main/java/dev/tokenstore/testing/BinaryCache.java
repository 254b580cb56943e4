package dev.tokenstore.testing;

import dev.tokenstore.testing.BinarySource.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The binaries that were fetched before, one folder per key; fetches what is missing.
///
/// An entry appears as a whole, by renaming a folder, so an interrupted fetch is never used. Of
/// several processes one fetches and the others wait for it.
final class BinaryCache {
    private static final String WORKSPACE_PREFIX = "fetching-";

    private final Path folder;
    private final String key;
    private final List<BinarySource> sources;

    /// @param sources where missing binaries come from, best first
    BinaryCache(Path folder, String key, List<BinarySource> sources) {
        this.folder = folder;
        this.key = key;
        this.sources = List.copyOf(sources);
    }

    static BinaryCache of(TestEnvironment environment) {
        var module = ControlPlaneModule.shipped();
        return new BinaryCache(
                environment.cache().resolve("kubernetes"),
                module.key(),
                List.of(new ReleaseDownload(module.version()), new GoBuild(module)));
    }

    Optional<ControlPlaneBinaries> cached() {
        return Optional.of(new ControlPlaneBinaries(folder.resolve(key))).filter(ControlPlaneBinaries::areComplete);
    }

    /// @throws KubernetesUnavailableException if no source has them
    ControlPlaneBinaries get(Consumer<String> progress) {
        var cached = cached();
        if (cached.isPresent()) {
            return cached.get();
        }
        try {
            return fetchAlone(progress);
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The cache folder " + folder + " cannot be used: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KubernetesUnavailableException("Interrupted while fetching Kubernetes", e);
        }
    }

    private ControlPlaneBinaries fetchAlone(Consumer<String> progress) throws IOException, InterruptedException {
        Folders.createPrivate(folder);
        try (var held = ProcessLock.acquire(
                folder.resolve("lock"),
                () -> progress.accept("Another process is fetching Kubernetes; waiting for it (up to 6 minutes)."))) {
            var fetchedMeanwhile = cached();
            if (fetchedMeanwhile.isPresent()) {
                return fetchedMeanwhile.get();
            }
            removeLeftovers();
            return fetch(progress);
        }
    }

    private ControlPlaneBinaries fetch(Consumer<String> progress) throws IOException, InterruptedException {
        var reasons = new ArrayList<String>();
        for (var source : sources) {
            var workspace = Files.createTempDirectory(folder, WORKSPACE_PREFIX);
            try {
                switch (source.fetchInto(workspace, progress)) {
                    case Outcome.Fetched fetched -> {
                        return install(fetched.binaries());
                    }
                    case Outcome.Unavailable unavailable -> {
                        reasons.add(unavailable.reason());
                        progress.accept("Kubernetes: " + unavailable.reason() + ".");
                    }
                }
            } finally {
                Folders.deleteRecursively(workspace);
            }
        }
        throw new KubernetesUnavailableException("""
                No Kubernetes API server for the tests.
                Tried: %s; no binaries in %s; %s.
                Do one of these: install Go 1.26 or later and let it download modules; give this machine access to the \
                internet; or set %s to the kubeconfig of a cluster that tests may write to.""".formatted(
                        TestEnvironment.KUBECONFIG + " is not set or does not apply",
                        folder.resolve(key),
                        String.join("; ", reasons),
                        TestEnvironment.KUBECONFIG));
    }

    private ControlPlaneBinaries install(ControlPlaneBinaries fetched) throws IOException {
        var entry = folder.resolve(key);
        if (!fetched.areComplete()) {
            throw new KubernetesUnavailableException("The fetched Kubernetes is incomplete: " + fetched.folder());
        }
        Folders.deleteRecursively(entry);
        Files.move(fetched.folder(), entry, StandardCopyOption.ATOMIC_MOVE);
        return new ControlPlaneBinaries(entry);
    }

    /// Removes what interrupted fetches left: the lock is held, so nobody is at work in them.
    private void removeLeftovers() throws IOException {
        try (var leftovers = Files.newDirectoryStream(folder, WORKSPACE_PREFIX + "*")) {
            for (var leftover : leftovers) {
                Folders.deleteRecursively(leftover);
            }
        }
    }
}
