package dev.tokenstore.system;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The cluster that the environment names.
///
/// @param loader the beginning of a shell command that takes an image archive as its last argument
record NamedCluster(Path kubeconfig, String loader) implements PodCluster {
    static final String KUBECONFIG = "TOKENSTORE_TEST_KUBECONFIG";
    static final String LOADER = "TOKENSTORE_TEST_LOAD_IMAGE";

    record Source(Path kubeconfig, Optional<String> loader) implements PodCluster.Source {
        @Override
        public Optional<String> obstacle() {
            return loader.isPresent()
                    ? Optional.empty()
                    : Optional.of("The cluster of " + KUBECONFIG + " gets no images: set " + LOADER + " to a command"
                            + " that takes an image archive, such as `kind load image-archive`.");
        }

        @Override
        public String description() {
            return "in the cluster of " + kubeconfig;
        }

        @Override
        public PodCluster open() {
            return new NamedCluster(kubeconfig, loader.orElseThrow());
        }
    }

    @Override
    public void load(Path imageArchive) {
        var command = List.of(
                "sh",
                "-c",
                loader + " \"$1\"",
                "sh",
                imageArchive.toAbsolutePath().toString());
        try {
            var code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new IllegalStateException(LOADER + " ended with code " + code + " for " + imageArchive);
            }
        } catch (IOException e) {
            throw new IllegalStateException(LOADER + " cannot be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while loading " + imageArchive, e);
        }
    }

    @Override
    public void close() {}
}
