package dev.tokenstore.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.cli.CrmStore;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.kubernetes.KubernetesConnection;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.testing.KubernetesForTests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A store in a namespace of its own, and a way for `tokenstore` to reach it.
final class ImportedStore implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern TCP = Pattern.compile("grpc=\"[^\"]*?([0-9.]+:[0-9]+)\"");

    /// How the command reaches the store.
    enum Way {
        CLUSTER,
        SIDECAR
    }

    private final KubernetesForTests kubernetes;
    private final String namespace;
    private final Path folder;
    private final KubernetesConnection connection;
    private final TokenStore store;
    private final List<String> options;
    private Optional<Process> sidecar = Optional.empty();

    ImportedStore(KubernetesForTests kubernetes, Way way, Path folder) {
        this.kubernetes = kubernetes;
        this.folder = folder;
        namespace = CrmStore.create(kubernetes, "{}").namespace();
        connection = KubernetesConnection.open(kubernetes.config(), InstantSource.system());
        var random = new SecureRandom();
        var storage = connection.storage(namespace, "crm", random, unreadable -> {});
        store = new TokenStore(storage, storage, UseRecorder.NONE, random);
        options = switch (way) {
            case CLUSTER ->
                List.of(
                        "--store",
                        namespace + "/crm",
                        "--kubeconfig",
                        kubernetes.kubeconfigFile().toString());
            case SIDECAR -> List.of("--address", startSidecar());
        };
    }

    private String startSidecar() {
        try {
            var log = Files.createTempFile(folder, "sidecar", ".txt");
            var process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-jar",
                            "../sidecar/target/sidecar.jar",
                            "--store",
                            namespace + "/crm",
                            "--kubeconfig",
                            kubernetes.kubeconfigFile().toString(),
                            "--tcp",
                            "0",
                            "--metrics",
                            "0")
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            sidecar = Optional.of(process);
            await().atMost(PATIENCE).until(() -> Files.readString(log).contains(" serving "));
            var address = TCP.matcher(Files.readString(log));
            assertThat(address.find()).isTrue();
            return address.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts an import of `source` into this store.
    ImportProcess start(Path source, String... more) {
        return start(source.toString(), Map.of(), more);
    }

    private ImportProcess start(String source, Map<String, String> environment, String... more) {
        var arguments = new ArrayList<>(List.of(source));
        arguments.addAll(options);
        arguments.addAll(List.of(more));
        return ImportProcess.start(folder, environment, arguments);
    }

    /// Imports `source` into this store.
    ImportProcess.Result run(String source, Map<String, String> environment) {
        return start(source, environment).result();
    }

    /// Imports `source` into this store.
    ImportProcess.Result run(Path source, String... more) {
        return start(source, more).result();
    }

    TokenStore tokens() {
        return store;
    }

    /// Every token, without its id.
    List<TokenFields> withoutIds() {
        return all().stream()
                .map(row -> ImportPlan.without(row.fields(), TokenField.ID))
                .toList();
    }

    List<String> ids() {
        return all().stream()
                .map(row ->
                        row.fields().get(TokenField.ID).map(SecretValue::reveal).orElseThrow())
                .toList();
    }

    private List<StoredToken> all() {
        var all = new ArrayList<StoredToken>();
        for (var page = Optional.of(store.list(0, "")); page.isPresent(); ) {
            all.addAll(page.get().tokens());
            page = page.get().next().map(next -> store.list(0, next));
        }
        return all;
    }

    /// How many Secrets there are, pending ones included.
    int secrets() {
        return kubernetes
                .admin()
                .secrets()
                .inNamespace(namespace)
                .withLabel(TokenSecretLayout.STORE_LABEL, "crm")
                .list()
                .getItems()
                .size();
    }

    @Override
    public void close() {
        sidecar.ifPresent(Process::destroyForcibly);
        store.close();
        connection.close();
    }
}
