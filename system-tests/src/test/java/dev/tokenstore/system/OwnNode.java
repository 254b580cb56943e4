package dev.tokenstore.system;

import dev.tokenstore.testing.node.KubernetesNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;

/// A node that is started for the tests, inside this machine.
record OwnNode(KubernetesNode node) implements PodCluster, PodCluster.Node {
    private static final Path LOGS = Path.of("target/logs/pods");

    /// Needs root on Linux, and no Docker.
    record Source() implements PodCluster.Source {
        @Override
        public Optional<String> obstacle() {
            return KubernetesNode.obstacle();
        }

        @Override
        public void fetch() {
            KubernetesNode.fetch(System.out::println);
        }

        @Override
        public boolean hasOwnNode() {
            return true;
        }

        @Override
        public String description() {
            return "on a node of their own, inside this machine";
        }

        @Override
        public PodCluster open() {
            return new OwnNode(KubernetesNode.start(System.err::println));
        }
    }

    @Override
    public Path kubeconfig() {
        return node.kubeconfigFile();
    }

    @Override
    public void load(Path imageArchive) {
        node.importImage(imageArchive);
    }

    @Override
    public Optional<PodCluster.Node> ownNode() {
        return Optional.of(this);
    }

    @Override
    public void stopApiServer() {
        node.stopApiServer();
    }

    @Override
    public void startApiServer() {
        node.startApiServer();
    }

    @Override
    public void killContainer(String id) {
        node.killContainer(id);
    }

    /// Keeps the pods' logs beside the tests' own, where the last test of the build searches for secrets.
    @Override
    public void close() {
        try (node;
                var logs = Files.walk(node.podLogs())) {
            for (var log : logs.filter(Files::isRegularFile).toList()) {
                var copy = LOGS.resolve(node.podLogs().relativize(log));
                Files.createDirectories(Objects.requireNonNull(copy.getParent()));
                Files.copy(log, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
