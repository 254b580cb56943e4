package dev.tokenstore.cli.store;

import dev.tokenstore.cli.CommandException;
import dev.tokenstore.cli.ExitCode;
import io.fabric8.kubernetes.client.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The kubeconfig that a command line names.
final class KubeconfigFile {
    private KubeconfigFile() {}

    /// @param file null for where kubectl looks
    /// @param context null for the current one
    /// @throws CommandException if there is none, or it is malformed; the message holds nothing of the file
    static Config read(@Nullable Path file, @Nullable String context) {
        if (file != null && !Files.isReadable(file)) {
            throw new CommandException(
                    ExitCode.USAGE, "cannot read the kubeconfig " + file + "; give --kubeconfig another file");
        }
        var config = parse(file, context);
        if (context != null
                && config.getContexts().stream()
                        .noneMatch(named -> named.getName().equals(context))) {
            throw new CommandException(
                    ExitCode.USAGE, "the kubeconfig has no context \"" + context + "\"; give --context another one");
        }
        if (config.getCurrentContext() == null && (file != null || !isInCluster())) {
            var what = file == null
                    ? "there is no kubeconfig ($KUBECONFIG, or where kubectl looks), or it"
                    : "the kubeconfig " + file;
            throw new CommandException(
                    ExitCode.USAGE, what + " has no current context; give --kubeconfig or --context");
        }
        return config;
    }

    /// Where a pod needs no kubeconfig.
    private static boolean isInCluster() {
        return System.getenv("KUBERNETES_SERVICE_HOST") != null;
    }

    private static Config parse(@Nullable Path file, @Nullable String context) {
        try {
            return file == null ? Config.autoConfigure(context) : Config.fromKubeconfig(context, file.toFile());
        } catch (RuntimeException e) {
            // whose message would quote the file, and with it a credential
            throw new CommandException(
                    ExitCode.USAGE,
                    "the kubeconfig" + (file == null ? " ($KUBECONFIG, or where kubectl looks)" : " " + file)
                            + " is malformed; repair it, or give --kubeconfig another file");
        }
    }
}
