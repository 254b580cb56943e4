package dev.tokenstore.runtime.kubernetes;

import io.fabric8.kubernetes.client.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads kubeconfigs: the address of the API server and the credentials of the program.
public final class KubeconfigFile {
    private KubeconfigFile() {}

    /// Reads the configuration that a program uses when no file is named: the kubeconfig where kubectl looks, else the
    /// pod's service account.
    ///
    /// @throws KubeconfigException if it is malformed
    public static Config readDefault() {
        return read(null, null);
    }

    /// Reads a kubeconfig.
    ///
    /// @param file null for the one where kubectl looks, else the pod's service account
    /// @param context null for the current context
    /// @throws KubeconfigException if it cannot be read, is malformed, or lacks the context
    public static Config read(@Nullable Path file, @Nullable String context) {
        if (file != null && !Files.isReadable(file)) {
            throw new KubeconfigException("cannot read the kubeconfig " + file + "; give --kubeconfig another file");
        }
        var config = parse(file, context);
        if (context != null
                && config.getContexts().stream()
                        .noneMatch(named -> named.getName().equals(context))) {
            throw new KubeconfigException(
                    "the kubeconfig has no context \"" + context + "\"; give --context another one");
        }
        return config;
    }

    private static Config parse(@Nullable Path file, @Nullable String context) {
        try {
            return file == null ? Config.autoConfigure(context) : Config.fromKubeconfig(context, file.toFile());
        } catch (RuntimeException e) {
            // the cause's message quotes the file, and with it credentials
            throw new KubeconfigException("the kubeconfig "
                    + Optional.ofNullable(file).map(Path::toString).orElse("($KUBECONFIG, or where kubectl looks)")
                    + " is malformed; repair it, or use another file");
        }
    }
}
