package dev.tokenstore.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/// A k3s that Docker runs for the tests.
record K3sCluster(K3sContainer k3s, Path kubeconfig) implements PodCluster {
    /// @param image of k3s
    record Source(String image) implements PodCluster.Source {
        @Override
        public Optional<String> obstacle() {
            return DockerClientFactory.instance().isDockerAvailable()
                    ? Optional.empty()
                    : Optional.of("The profile k3s needs a Docker engine: start one, or leave the profile out.");
        }

        @Override
        public String description() {
            return "in " + image + ", run by Docker";
        }

        @Override
        public PodCluster open() {
            var k3s = new K3sContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("rancher/k3s"));
            k3s.start();
            try {
                var kubeconfig = Files.createTempFile("k3s-", ".kubeconfig");
                Files.writeString(kubeconfig, k3s.getKubeConfigYaml());
                return new K3sCluster(k3s, kubeconfig);
            } catch (IOException e) {
                k3s.stop();
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void load(Path imageArchive) {
        var inside = "/tmp/" + imageArchive.getFileName();
        k3s.copyFileToContainer(MountableFile.forHostPath(imageArchive), inside);
        try {
            var result = k3s.execInContainer("ctr", "--namespace", "k8s.io", "images", "import", inside);
            if (result.getExitCode() != 0) {
                throw new IllegalStateException("k3s refuses " + imageArchive + ": " + result.getStderr());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while loading " + imageArchive, e);
        }
    }

    @Override
    public void close() {
        k3s.stop();
        try {
            Files.deleteIfExists(kubeconfig);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
