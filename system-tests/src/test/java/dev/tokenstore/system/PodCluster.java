package dev.tokenstore.system;

import java.nio.file.Path;
import java.util.Optional;

/// A cluster that runs pods of local images.
interface PodCluster extends AutoCloseable {
    /// A way to a cluster.
    interface Source {
        /// What keeps it from being had here, as a sentence that says what to do; empty if nothing does.
        Optional<String> obstacle();

        /// Fetches what takes long, saying so.
        default void fetch() {}

        /// Whether the cluster has a [PodCluster#ownNode()].
        default boolean hasOwnNode() {
            return false;
        }

        /// Where its pods run, as half a sentence.
        String description();

        PodCluster open();
    }

    /// A kubeconfig with all rights.
    Path kubeconfig();

    /// Makes the images of an archive known to the nodes.
    void load(Path imageArchive);

    /// The node behind it, if it belongs to the tests.
    default Optional<Node> ownNode() {
        return Optional.empty();
    }

    /// A node that tests may switch off, and kill what runs on it.
    interface Node {
        /// Stops the API server and keeps its data; returns when it has ended. Pods go on.
        void stopApiServer();

        /// Starts a stopped API server with the same data; returns when it is ready.
        void startApiServer();

        /// Kills all processes of a container at once, as a crash would.
        ///
        /// @param id what the pod's status calls the container, such as `containerd://0123abcd`
        void killContainer(String id);
    }

    @Override
    void close();
}
