package dev.tokenstore.benchmarks;

import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.kubernetes.KubernetesConnection;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// The file of an SDK's store, imported into an empty store of a cluster, and once more.
final class OneImport {
    static final String NAME = "import";

    private static final String STORE = "imported";
    private static final int SINGLE_CALLS = 20;
    private static final String HEADER = "id,user_name,client_id,client_secret,refresh_token,access_token,grant_token,"
            + "expiry_time,redirect_url,api_domain";

    private final Run run;
    private final int rows;
    private final String title;

    OneImport(Run run) {
        this.run = run;
        this.rows = run.sizes().tokens();
        this.title = String.format(Locale.ROOT, "import of %,d rows", rows);
    }

    void measure() {
        run.progress().accept(title);
        var namespace = run.namespaces() + "import";
        try (var cluster = Cluster.open(run.deploy(), ShippedDeployment.read(run.deploy()), run.progress())) {
            cluster.createNamespace(namespace);
            cluster.createStore(namespace, STORE, "{\"expired\": {\"after\": \"24h\"}}");
            var source = writeSource();
            try {
                var arguments = List.of(
                        source.toString(),
                        "--store",
                        namespace + "/" + STORE,
                        "--kubeconfig",
                        cluster.kubeconfig().toString());
                report("into an empty store", ImportProcess.run(run.home(), run.folder(), arguments));
                if (cluster.secrets(namespace) != rows) {
                    throw new BenchmarkException(cluster.secrets(namespace) + " tokens were stored instead of " + rows);
                }
                report("again, all unchanged", ImportProcess.run(run.home(), run.folder(), arguments));
                measureSingleCalls(cluster.kubeconfig(), namespace);
            } finally {
                Files.delete(source);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What a new token costs that is saved by itself, and what an id costs that the store did not generate.
    private void measureSingleCalls(Path kubeconfig, String namespace) {
        var random = new SecureRandom();
        var clock = InstantSource.system();
        try (var connection = KubernetesConnection.open(Config.fromKubeconfig(kubeconfig.toFile()), clock);
                var storage = connection.storage(namespace, STORE, random, unreadable -> {});
                var store = new TokenStore(storage, storage, storage.uses(), random)) {
            var generated = new ArrayList<TokenId>();
            report("a new token saved by itself", () -> {
                var token = TokenFields.of(Map.of(
                        TokenField.USER_SIGNATURE,
                        "later-" + generated.size(),
                        TokenField.REFRESH_TOKEN,
                        secret("later", generated.size())));
                return generated.add(
                        ((SaveResult.Saved) store.save(token)).token().id());
            });
            var next = generated.iterator();
            report(
                    "a find by an id that the store generated",
                    () -> store.findById(next.next()).orElseThrow());
            var row = new AtomicInteger();
            report(
                    "a find by an id that was imported",
                    () -> store.findById(new TokenId(Integer.toString(row.incrementAndGet())))
                            .orElseThrow());
        }
    }

    private void report(String what, Supplier<?> call) {
        var begin = System.nanoTime();
        for (int i = 0; i < SINGLE_CALLS; i++) {
            var unused = call.get();
        }
        run.report().add(Figure.of(title, what + ", mean", (System.nanoTime() - begin) / 1e6 / SINGLE_CALLS, "ms"));
    }

    private void report(String what, ImportProcess.Outcome outcome) {
        run.report()
                .add(Figure.of(
                        title, what + ": rows a second", rows / (outcome.took().toMillis() / 1e3), ""));
        run.report().add(Figure.of(title, what + ": time", outcome.took().toMillis() / 1e3, "s"));
        run.report()
                .add(Figure.of(
                        title,
                        what + ": processor time",
                        outcome.processorTime().toMillis() / 1e3,
                        "s"));
        run.report()
                .add(Figure.of(
                        title, what + ": resident memory, the most at any time", outcome.peakMebibytes(), "MiB"));
    }

    private Path writeSource() throws IOException {
        var file = Files.createTempFile("tokens-to-import-", ".csv");
        try (var writer = Files.newBufferedWriter(file)) {
            writer.write(HEADER + "\r\n");
            for (int row = 1; row <= rows; row++) {
                writer.write(row + ",user-" + row + "@example.com,1000.CLIENT," + secret("client", 1) + ","
                        + secret("refresh", row) + "," + secret("access", row) + ",,1893456000000,"
                        + "https://example.com/callback,https://www.zohoapis.com\r\n");
            }
        }
        return file;
    }

    /// As long as the ones that Zoho issues.
    private static String secret(String kind, int row) {
        return String.format(Locale.ROOT, "1000.fixture-secret-%s-%044d", kind, row);
    }
}
