package dev.tokenstore.cli.store;

import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.kubernetes.KubernetesConnection;
import io.fabric8.kubernetes.client.Config;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.time.InstantSource;

/// What a command line names: a sidecar, or a store of a cluster.
public sealed interface StoreTarget {
    /// Opens it; nothing is asked before its first use.
    ///
    /// @param err told the name of each Secret that is skipped because it cannot be read
    StoreAccess open(PrintWriter err);

    /// The store of a sidecar.
    ///
    /// @param client closed with the opened store
    record Sidecar(TokenStoreClient client) implements StoreTarget {
        @Override
        public StoreAccess open(PrintWriter err) {
            return new SidecarStore(client);
        }
    }

    /// A store, with the rights of whoever the kubeconfig names.
    record Cluster(Config config, String namespace, String name) implements StoreTarget {
        @Override
        public StoreAccess open(PrintWriter err) {
            var clock = InstantSource.system();
            var random = new SecureRandom();
            var connection = KubernetesConnection.open(config, clock);
            var storage = connection.storage(
                    namespace,
                    name,
                    random,
                    secret -> err.println("Secret " + secret + " is left out: it cannot be read as a token; repair or"
                            + " delete it"));
            return new ClusterStore(
                    connection, new TokenStore(storage, storage, UseRecorder.NONE, random), namespace + "/" + name);
        }
    }
}
