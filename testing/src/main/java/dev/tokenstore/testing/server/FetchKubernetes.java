package dev.tokenstore.testing.server;

import java.util.function.Consumer;

/// Makes sure that the binaries of a Kubernetes API server are there, and of its controllers where they can be
/// built, saying on the console what it does.
///
/// The build runs it once before the first integration test: the output of tests goes to files, and
/// nobody should wait for minutes without knowing why.
public final class FetchKubernetes {
    private FetchKubernetes() {}

    /// Takes no arguments; ends with code 1 and one message where no server can be had.
    public static void main(String... arguments) {
        try {
            fetch(TestEnvironment.ofThisProcess(), System.out::println);
        } catch (KubernetesUnavailableException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    static void fetch(TestEnvironment environment, Consumer<String> progress) {
        if (environment.kubeconfig().isPresent()) {
            progress.accept("Kubernetes for tests: the cluster of "
                    + environment.kubeconfig().get());
            return;
        }
        var binaries = binaries(environment, progress);
        progress.accept("Kubernetes for tests: " + binaries.folder());
    }

    private static ControlPlaneBinaries binaries(TestEnvironment environment, Consumer<String> progress) {
        try {
            return BinaryCache.withControllers(environment).get(progress);
        } catch (KubernetesUnavailableException e) {
            progress.accept("Tests that ask for controllers will fail here. " + e.getMessage());
            return BinaryCache.of(environment).get(progress);
        }
    }
}
