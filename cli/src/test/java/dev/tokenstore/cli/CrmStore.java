package dev.tokenstore.cli;

import dev.tokenstore.testing.KubernetesForTests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A store named crm in a namespace of its own.
public record CrmStore(KubernetesForTests kubernetes, String namespace) {
    /// @param spec in YAML, on one line
    public static CrmStore create(KubernetesForTests kubernetes, String spec) {
        var namespace = kubernetes.newNamespace();
        kubernetes.apply("""
                apiVersion: tokenstore.dev/v1alpha1
                kind: OAuthTokenStore
                metadata: {name: crm, namespace: %s}
                spec: %s
                """.formatted(namespace, spec));
        return new CrmStore(kubernetes, namespace);
    }

    /// As `--store` takes it.
    String name() {
        return namespace + "/crm";
    }

    /// The options that lead a command to it without a sidecar.
    List<String> way() {
        return way(kubernetes.kubeconfigFile());
    }

    /// The same as another account, or to another API server.
    List<String> way(Path kubeconfig) {
        return List.of("--store", name(), "--kubeconfig", kubeconfig.toString());
    }

    /// A sidecar that serves it.
    CliSidecar serve() throws IOException {
        return CliSidecar.serving(name(), kubernetes.kubeconfigFile());
    }
}
