package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.ServerClock;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// A connection to a cluster's API server. The client library's own retries are off: writes must not be repeated
/// blindly. Closed by its opener.
public final class KubernetesConnection implements AutoCloseable {
    private final KubernetesClient client;
    private final ServerClock clock;

    private KubernetesConnection(KubernetesClient client, ServerClock clock) {
        this.client = client;
        this.clock = clock;
    }

    /// Opens a connection; nothing is sent before the first request.
    ///
    /// @param config where the API server is and who asks; its retry settings are ignored
    /// @param local this machine's clock
    public static KubernetesConnection open(Config config, InstantSource local) {
        var clock = new ServerClock(local);
        return new KubernetesConnection(open(config, clock), clock);
    }

    private static KubernetesClient open(Config config, ServerClock clock) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(config)
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .withHttpClientFactory(new JdkHttpClientFactory())
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("server-clock", clock))
                .build();
    }

    /// Opens a further connection with the same settings, which its caller closes.
    KubernetesClient openAnother() {
        return open(client.getConfiguration(), clock);
    }

    /// The tokens of the store `name`.
    ///
    /// @param random a cryptographically strong source
    /// @param unreadable called with the name of each Secret of the store that is not a token, whenever one is read
    public KubernetesTokenStorage storage(
            String namespace, String name, RandomGenerator random, Consumer<String> unreadable) {
        return new KubernetesTokenStorage(this, namespace, name, random, unreadable);
    }

    KubernetesClient client() {
        return client;
    }

    /// The API server's clock, whose times the rows hold.
    public ServerClock clock() {
        return clock;
    }

    @Override
    public void close() {
        client.close();
    }
}
