package dev.tokenstore.system;

import dev.tokenstore.testing.node.KubernetesNode;
import java.nio.file.Path;
import java.util.Optional;

/// A cluster that runs pods of local images.
interface PodCluster extends AutoCloseable {
    /// A way to a cluster.
    interface Source {
        /// What keeps it from being had here, as a sentence that says what to do; empty if nothing does.
        Optional<String> obstacle();

        /// Fetches what takes long, saying so; may do nothing.
        void fetch();

        /// Where its pods run, as half a sentence.
        String description();

        PodCluster open();
    }

    /// A kubeconfig with all rights.
    Path kubeconfig();

    /// Makes the images of an archive known to the nodes.
    void load(Path imageArchive);

    /// The node behind it, where tests may switch it off and kill what runs on it.
    Optional<KubernetesNode> ownNode();

    @Override
    void close();
}
