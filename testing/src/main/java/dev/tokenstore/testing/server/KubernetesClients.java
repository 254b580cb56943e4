package dev.tokenstore.testing.server;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.nio.file.Path;
import java.time.Duration;

/// Configurations and clients from a kubeconfig file alone: nothing of the environment gets in.
public final class KubernetesClients {
    private KubernetesClients() {}

    /// @throws KubernetesUnavailableException if the file is no kubeconfig; the message holds nothing of it
    public static Config configOf(Path kubeconfig) {
        try {
            return Config.fromKubeconfig(kubeconfig.toFile());
        } catch (RuntimeException e) {
            throw new KubernetesUnavailableException(
                    "the kubeconfig " + kubeconfig + " is malformed; repair it, or name another one");
        }
    }

    public static KubernetesClient clientOf(Config config) {
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    /// A client that fails at once instead of trying again.
    public static KubernetesClient impatient(Config config) {
        return clientOf(new ConfigBuilder(config)
                .withRequestRetryBackoffLimit(0)
                .withRequestTimeout((int) Duration.ofSeconds(2).toMillis())
                .withConnectionTimeout((int) Duration.ofSeconds(2).toMillis())
                .build());
    }
}
