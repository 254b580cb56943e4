package dev.tokenstore.system;

import dev.tokenstore.testing.KubernetesNode;
import java.nio.file.Path;
import java.util.Optional;

/// A node that is started for the tests, inside this machine.
record OwnNode(KubernetesNode node) implements PodCluster {
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
    public Optional<KubernetesNode> ownNode() {
        return Optional.of(node);
    }

    @Override
    public void close() {
        node.close();
    }
}
