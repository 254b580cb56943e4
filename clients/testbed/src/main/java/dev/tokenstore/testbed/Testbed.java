package dev.tokenstore.testbed;

import dev.tokenstore.testbed.http.LoopbackServer;
import dev.tokenstore.testing.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Consumer;

/// A running testbed: an API server with the product's resources, and a URL where tests ask for stores, sidecars and
/// vendors. Everything that it started ends with it.
public final class Testbed implements AutoCloseable {
    private final TestCluster cluster;
    private final Stores stores;
    private final Sidecars sidecars;
    private final LoopbackServer server;

    private Testbed(TestCluster cluster, Path logs) throws IOException {
        this.cluster = cluster;
        var random = new SecureRandom();
        stores = Stores.install(cluster);
        sidecars = new Sidecars(cluster, logs);
        var vendors = new Vendors(this::url, InstantSource.system(), random);
        server = LoopbackServer.start(new ControlApi(stores, sidecars, vendors)::answer);
    }

    /// @param logs a folder for the logs of the sidecars
    /// @param progress gets a line about each step
    public static Testbed start(Path logs, Consumer<String> progress) {
        var cluster = TestCluster.open(progress);
        try {
            return new Testbed(cluster, logs);
        } catch (IOException e) {
            cluster.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /// What the tests get as `TESTBED_URL`.
    public String url() {
        return server.url();
    }

    @Override
    public void close() {
        try (cluster;
                stores) {
            server.close();
            sidecars.close();
        }
    }
}
