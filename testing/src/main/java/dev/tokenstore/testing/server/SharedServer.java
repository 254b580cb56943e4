package dev.tokenstore.testing.server;

import dev.tokenstore.testing.process.Folders;
import dev.tokenstore.testing.process.ProcessLock;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/// The one server that all JVMs of a test run use; whoever comes first starts it.
///
/// Its state is a small file named after the [RunOwner], so runs side by side have a server each.
/// It ends with its owner.
public final class SharedServer {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Path folder;
    private final RunOwner owner;
    private final BinaryCache binaries;

    SharedServer(Path folder, RunOwner owner, BinaryCache binaries) {
        this.folder = folder;
        this.owner = owner;
        this.binaries = binaries;
    }

    public static SharedServer of(TestEnvironment environment, RunOwner owner) {
        return new SharedServer(environment.cache().resolve("runs"), owner, BinaryCache.of(environment));
    }

    /// Where the running server is; it is started if need be.
    public State connect(Consumer<String> progress) {
        try {
            Folders.createPrivate(folder);
            removeLeftovers();
            try (var held = ProcessLock.acquire(
                    lockFile(owner.key()), () -> progress.accept("Another process is starting Kubernetes; waiting."))) {
                return running().orElseGet(() -> start(progress));
            }
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The folder " + folder + " cannot be used: " + e, e);
        }
    }

    private State start(Consumer<String> progress) {
        var present = binaries.get(progress);
        progress.accept("Starting a Kubernetes API server for this test run (usually 3 seconds).");
        var controlPlane = ControlPlane.start(new ControlPlane.Plan(
                present,
                LoopbackSite::onFreePort,
                owner.pid(),
                PAUSE,
                Optional.of(stateFile()),
                ControlPlane.Session.OF_ITS_OWN));
        var state = new State(controlPlane.folder(), controlPlane.keeper().pid());
        try {
            Folders.writePrivate(stateFile(), state.toText());
        } catch (IOException e) {
            controlPlane.close();
            throw new KubernetesUnavailableException("The server cannot be shared: " + e, e);
        }
        return state;
    }

    /// What the state file says, if it is still true.
    Optional<State> running() throws IOException {
        if (!Files.exists(stateFile())) {
            return Optional.empty();
        }
        var state = State.parse(Files.readString(stateFile()));
        if (!Files.exists(state.kubeconfig())) {
            return Optional.empty();
        }
        if (ControlPlane.hasEnded(state.folder())) {
            // one of the two servers crashed: the keeper clears away the rest
            ProcessHandle.of(state.keeper()).ifPresent(ControlPlane::stop);
            return Optional.empty();
        }
        return Optional.of(state);
    }

    private Path stateFile() {
        return folder.resolve(owner.key() + ".properties");
    }

    private Path lockFile(String key) {
        return folder.resolve(key + ".lock");
    }

    /// Removes the lock files of runs that are over.
    private void removeLeftovers() throws IOException {
        try (var files = Files.newDirectoryStream(folder, "*-*.*")) {
            for (var file : files) {
                var name = file.getFileName().toString();
                if (name.endsWith(".lock") && RunOwner.isGone(name.substring(0, name.lastIndexOf('.')))) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /// Where the servers of a run are.
    public record State(Path folder, long keeper) {
        public Path kubeconfig() {
            return folder.resolve("kubeconfig");
        }

        String toText() {
            return "folder=" + folder + "\nkeeper=" + keeper + "\n";
        }

        static State parse(String text) throws IOException {
            var properties = new Properties();
            properties.load(new StringReader(text));
            return new State(
                    Path.of(properties.getProperty("folder")), Long.parseLong(properties.getProperty("keeper")));
        }
    }
}
