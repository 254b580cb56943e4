package dev.tokenstore.cli.store;

import dev.tokenstore.cli.CommandException;
import dev.tokenstore.cli.ExitCode;
import dev.tokenstore.client.TokenStoreClient;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that say which store a command works on, and how it is reached; a picocli mixin for every command.
///
/// A cluster is asked only when `--store` says so: no command uses the current context unasked.
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

    /// Opens the store that the options name; nothing is asked before its first use.
    ///
    /// @param err told the name of each Secret that is skipped because it cannot be read
    /// @throws CommandException if the options contradict each other or name nothing that can be opened
    public StoreAccess open(PrintWriter err) {
        return target().open(err);
    }

    /// What the options name.
    ///
    /// @throws CommandException if they contradict each other or name nothing that can be opened
    public StoreTarget target() {
        if (store == null) {
            if (Stream.of(namespace, kubeconfig, context).anyMatch(option -> option != null)) {
                throw usage("--namespace, --kubeconfig and --context need --store; add it, or leave them out");
            }
            return new StoreTarget.Sidecar(client());
        }
        if (address != null) {
            throw usage("--address and --store name two ways to a store; give one of them");
        }
        var config = KubeconfigFile.read(kubeconfig, context);
        var slash = store.indexOf('/');
        var inNamespace =
                slash >= 0 ? store.substring(0, slash) : namespace != null ? namespace : config.getNamespace();
        var name = store.substring(slash + 1);
        if (inNamespace == null || inNamespace.isBlank()) {
            throw usage("the namespace of the store is not known; give --store NAMESPACE/NAME or --namespace");
        }
        if (name.isBlank() || name.contains("/")) {
            throw usage("--store \"" + store + "\" names no store; give NAME or NAMESPACE/NAME");
        }
        return new StoreTarget.Cluster(config, inNamespace, name);
    }

    private TokenStoreClient client() {
        try {
            return address == null ? TokenStoreClient.connect() : TokenStoreClient.connect(address);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }
}
