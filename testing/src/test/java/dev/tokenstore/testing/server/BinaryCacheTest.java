package dev.tokenstore.testing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tokenstore.testing.server.BinaryCache.Content;
import dev.tokenstore.testing.server.BinarySource.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinaryCacheTest {
    private static final BinarySource NOT_HERE = (workspace, progress) -> new Outcome.Unavailable("no internet");

    private static final List<String> DOWNLOADED = List.of("kube-apiserver", "etcd", "kubectl");

    @TempDir
    Path folder;

    private final List<String> progress = new ArrayList<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private final BinarySource working = (workspace, progress) -> {
        fetches.incrementAndGet();
        return new Outcome.Fetched(binariesIn(workspace.resolve("result"), DOWNLOADED));
    };
    private final BinarySource build = (workspace, progress) ->
            new Outcome.Fetched(binariesIn(workspace.resolve("result"), ControlPlaneBinaries.BUILT));

    @Test
    void fetchesOnceAndThenUsesWhatIsThere() {
        var first = cache(working).get(progress::add);
        var second = cache(working).get(progress::add);

        assertThat(first.folder()).isEqualTo(folder.resolve("key"));
        assertThat(first.areComplete()).isTrue();
        assertThat(second).isEqualTo(first);
        assertThat(fetches).hasValue(1);
    }

    @Test
    void asksTheNextSourceAndSaysWhy() {
        var binaries = cache(NOT_HERE, working).get(progress::add);

        assertThat(binaries.areComplete()).isTrue();
        assertThat(progress).containsExactly("Kubernetes: no internet.");
    }

    @Test
    void saysWhatWasTriedAndWhatToDoWhenNoSourceWorks() {
        BinarySource noGo = new GoBuild(ControlPlaneModule.shipped(), "no-such-go");

        assertThatExceptionOfType(KubernetesUnavailableException.class)
                .isThrownBy(() -> cache(NOT_HERE, noGo).get(progress::add))
                .withMessageContaining("no internet")
                .withMessageContaining("no program `no-such-go`")
                .withMessageContaining("install Go 1.26 or later")
                .withMessageContaining("set TOKENSTORE_TEST_KUBECONFIG");
    }

    @Test
    void neverUsesWhatAnInterruptedFetchLeft() throws IOException {
        BinarySource dying = (workspace, progress) -> {
            Files.writeString(workspace.resolve("kube-apiserver"), "half");
            throw new IllegalStateException("died");
        };
        var leftByKill = Files.createDirectory(folder.resolve("fetching-123"));
        Files.writeString(leftByKill.resolve("etcd"), "half");

        assertThatIllegalStateException().isThrownBy(() -> cache(dying).get(progress::add));
        assertThat(cache(dying).cached()).isEmpty();
        cache(working).get(progress::add);

        try (var names = Files.list(folder)) {
            assertThat(names.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("key", "lock");
        }
    }

    @Test
    void replacesAnIncompleteEntry() throws IOException {
        Files.createDirectory(folder.resolve("key"));

        assertThat(cache(working).get(progress::add).areComplete()).isTrue();
        assertThat(fetches).hasValue(1);
    }

    @Test
    void fetchesOnceForThreadsThatComeAtTheSameTime() throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<ControlPlaneBinaries> get = () -> cache(working).get(line -> {});

            assertThat(threads.invokeAll(List.of(get, get, get)))
                    .allSatisfy(future ->
                            assertThat(future.resultNow()).isEqualTo(new ControlPlaneBinaries(folder.resolve("key"))));
        }
        assertThat(fetches).hasValue(1);
    }

    @Test
    void aBuildTakesThePlaceOfADownloadOnceControllersAreNeeded() throws IOException {
        assertThat(cache(working).get(progress::add).areBuilt()).isFalse();

        assertThat(cacheWithControllers(build).get(progress::add).areBuilt()).isTrue();

        assertThat(cache().get(progress::add).areBuilt()).isTrue();
        try (var names = Files.list(folder)) {
            assertThat(names.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder("key", "lock");
        }
    }

    @Test
    void saysThatControllersHaveToBeBuiltAndKeepsTheDownloadWhereTheyCannotBe() {
        cache(working).get(progress::add);
        BinarySource noGo = new GoBuild(ControlPlaneModule.shipped(), "no-such-go");

        assertThatExceptionOfType(KubernetesUnavailableException.class)
                .isThrownBy(() -> cacheWithControllers(noGo).get(progress::add))
                .withMessageStartingWith(
                        "No Kubernetes controllers for the tests: no download has them, so they have to be built.\n")
                .withMessageContaining("no program `no-such-go`")
                .withMessageContaining("install Go 1.26 or later")
                .withMessageNotContaining("internet");
        assertThat(cache().get(progress::add).areComplete()).isTrue();
    }

    private BinaryCache cache(BinarySource... sources) {
        return new BinaryCache(folder, "key", Content.API_SERVER, List.of(sources));
    }

    private BinaryCache cacheWithControllers(BinarySource... sources) {
        return new BinaryCache(folder, "key", Content.API_SERVER_AND_CONTROLLERS, List.of(sources));
    }

    private static ControlPlaneBinaries binariesIn(Path folder, List<String> names) throws IOException {
        Files.createDirectory(folder);
        var executable = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        for (var name : names) {
            Files.createFile(folder.resolve(name), executable);
        }
        return new ControlPlaneBinaries(folder);
    }
}
