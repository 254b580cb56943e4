package dev.tokenstore.cli.store;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.runtime.kubernetes.KubeconfigException;
import dev.tokenstore.runtime.kubernetes.KubernetesConfig;
import io.fabric8.kubernetes.client.Config;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that name a store and the way to it; a picocli mixin for every command on a store.
///
/// The API server is called only if `--store` is given: no command uses the current context by itself.
public final class StoreOptions {
    @Option(
            names = "--address",
            paramLabel = "HOST:PORT|unix:PATH",
            description = "The sidecar to work through. Default: $TOKENSTORE_ADDRESS, else 127.0.0.1:50051.")
    private @Nullable String address;

    @Option(
            names = "--store",
            paramLabel = "[NAMESPACE/]NAME",
            description = "The OAuthTokenStore to work on directly, with your own rights in the cluster, instead of"
                    + " through a sidecar.")
    private @Nullable String store;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "With --store: its namespace, if it is named without one. Default: the context's.")
    private @Nullable String namespace;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "With --store: the kubeconfig to use. Default: where kubectl looks.")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "With --store: the kubeconfig's context to use. Default: its current one.")
    private @Nullable String context;

    /// What the options name.
    public sealed interface Target {
        /// The store that a sidecar serves.
        record Sidecar(TokenStoreClient client) implements Target {}

        /// A store of a cluster, used with the rights of the kubeconfig's user.
        record Cluster(Config config, String namespace, String name) implements Target {}
    }

    /// Opens the store that the options name. Sends no request yet.
    ///
    /// @param err gets a line for each Secret that is skipped because it is no token, and about settings that are
    /// ignored
    /// @throws CommandException if the options contradict each other or are malformed
    public StoreAccess open(PrintWriter err) {
        return switch (target(err)) {
            case Target.Sidecar sidecar -> new SidecarStore(sidecar.client());
            case Target.Cluster cluster ->
                ClusterStore.open(
                        cluster.config(),
                        cluster.namespace(),
                        cluster.name(),
                        secret -> err.println("Secret " + secret + " is left out: it cannot be read as a token; repair"
                                + " or delete it"));
        };
    }

    /// @param err gets a line about settings that are ignored
    /// @throws CommandException if the options contradict each other or are malformed
    public Target target(PrintWriter err) {
        if (store == null) {
            if (Stream.of(namespace, kubeconfig, context).anyMatch(option -> option != null)) {
                throw CommandException.usage(
                        "--namespace, --kubeconfig and --context need --store; add it, or leave them out");
            }
            return new Target.Sidecar(client());
        }
        if (address != null) {
            throw CommandException.usage("--address and --store name two ways to a store; give one of them");
        }
        var config = config(err);
        var slash = store.indexOf('/');
        var inNamespace =
                slash >= 0 ? store.substring(0, slash) : namespace != null ? namespace : config.getNamespace();
        var name = store.substring(slash + 1);
        if (inNamespace == null || inNamespace.isBlank()) {
            throw CommandException.usage(
                    "the namespace of the store is not known; give --store NAMESPACE/NAME or --namespace");
        }
        if (name.isBlank() || name.contains("/")) {
            throw CommandException.usage("--store \"" + store + "\" names no store; give NAME or NAMESPACE/NAME");
        }
        return new Target.Cluster(config, inNamespace, name);
    }

    private Config config(PrintWriter err) {
        try {
            return KubernetesConfig.read(kubeconfig, context, warning -> err.println("warning: " + warning));
        } catch (KubeconfigException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }

    private TokenStoreClient client() {
        try {
            return address == null ? TokenStoreClient.connect() : TokenStoreClient.connect(address);
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(String.valueOf(e.getMessage()));
        }
    }
}
