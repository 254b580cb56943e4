package dev.tokenstore.testing.server;

import dev.tokenstore.testing.process.Folders;
import dev.tokenstore.testing.process.ProcessLock;
import dev.tokenstore.testing.server.BinarySource.Outcome;
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
public final class BinaryCache {
    private static final String WORKSPACE_PREFIX = "fetching-";

    private final Path folder;
    private final String key;
    private final Content content;
    private final List<BinarySource> sources;

    /// What an entry has to hold for those who ask.
    enum Content {
        API_SERVER(
                false,
                "No Kubernetes API server for the tests.",
                "install Go 1.26 or later and let it download modules; give this machine access to the internet"),
        API_SERVER_AND_CONTROLLERS(
                true,
                "No Kubernetes controllers for the tests: no download has them, so they have to be built.",
                "install Go 1.26 or later and let it download modules"),
        API_SERVER_AND_NODE(
                true,
                "No Kubernetes node for the tests: no download has one, so it has to be built.",
                "install Go 1.26 or later and let it download modules");

        private final boolean built;
        private final String missing;
        private final String remedy;

        Content(boolean built, String missing, String remedy) {
            this.built = built;
            this.missing = missing;
            this.remedy = remedy;
        }

        boolean isIn(ControlPlaneBinaries binaries) {
            return built ? binaries.areBuilt() : binaries.areComplete();
        }
    }

    /// @param sources where missing binaries come from, best first
    BinaryCache(Path folder, String key, Content content, List<BinarySource> sources) {
        this.folder = folder;
        this.key = key;
        this.content = content;
        this.sources = List.copyOf(sources);
    }

    static BinaryCache of(TestEnvironment environment) {
        var module = ControlPlaneModule.shipped();
        return of(environment, module, Content.API_SERVER, new ReleaseDownload(module.version()), new GoBuild(module));
    }

    /// A cache whose entry also has the controller manager: a build replaces a download.
    static BinaryCache withControllers(TestEnvironment environment) {
        var module = ControlPlaneModule.shipped();
        return of(environment, module, Content.API_SERVER_AND_CONTROLLERS, new GoBuild(module));
    }

    /// A cache whose entry also has all that a node needs.
    public static BinaryCache withNode(TestEnvironment environment) {
        var module = ControlPlaneModule.shipped();
        return of(environment, module, Content.API_SERVER_AND_NODE, new GoBuild(module));
    }

    private static BinaryCache of(
            TestEnvironment environment, ControlPlaneModule module, Content content, BinarySource... sources) {
        return new BinaryCache(environment.cache().resolve("kubernetes"), module.key(), content, List.of(sources));
    }

    Optional<ControlPlaneBinaries> cached() {
        return Optional.of(new ControlPlaneBinaries(folder.resolve(key))).filter(content::isIn);
    }

    /// @throws KubernetesUnavailableException if no source has them
    public ControlPlaneBinaries get(Consumer<String> progress) {
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
                () -> progress.accept("Another process is fetching Kubernetes; waiting for it (up to 8 minutes)."))) {
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
                %s
                Tried: %s; no binaries in %s; %s.
                Do one of these: %s; or set %s to the kubeconfig of a cluster that tests may write to.""".formatted(
                        content.missing,
                        TestEnvironment.KUBECONFIG + " is not set or does not apply",
                        folder.resolve(key),
                        String.join("; ", reasons),
                        content.remedy,
                        TestEnvironment.KUBECONFIG));
    }

    private ControlPlaneBinaries install(ControlPlaneBinaries fetched) throws IOException {
        var entry = folder.resolve(key);
        if (!content.isIn(fetched)) {
            throw new KubernetesUnavailableException("The fetched Kubernetes is incomplete: " + fetched.folder());
        }
        if (Files.exists(entry)) {
            // aside at once, not file by file: servers may be about to start from it
            Files.move(entry, fetched.folder().resolveSibling("replaced"), StandardCopyOption.ATOMIC_MOVE);
        }
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
