package dev.tokenstore.testing;

import dev.tokenstore.testing.process.Folders;
import dev.tokenstore.testing.server.ControlPlane.Session;
import dev.tokenstore.testing.server.Kubeconfig;
import dev.tokenstore.testing.server.KubernetesClients;
import dev.tokenstore.testing.server.KubernetesServer;
import dev.tokenstore.testing.server.RunOwner;
import dev.tokenstore.testing.server.SharedServer;
import dev.tokenstore.testing.server.TestEnvironment;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/// A cluster that things can be installed in: the one that the environment names, or an API server of its own.
///
/// Closing it stops a server that was started for it, and leaves any other as it is. Thread-safe.
public final class TestCluster implements AutoCloseable {
    private static final Duration TOKEN_LIFE = Duration.ofHours(12);

    private final Path kubeconfig;
    private final Optional<KubernetesServer> ownServer;
    private final Path files;
    private final KubernetesClient admin;

    private TestCluster(Path kubeconfig, Optional<KubernetesServer> ownServer) {
        this.kubeconfig = kubeconfig;
        this.ownServer = ownServer;
        admin = KubernetesClients.clientOf(KubernetesClients.configOf(kubeconfig));
        try {
            files = Files.createTempDirectory("kubernetes-for-tests-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Opens the cluster that `TOKENSTORE_TEST_KUBECONFIG` names, or starts an API server.
    ///
    /// @param progress gets a line about each step
    /// @throws KubernetesUnavailableException if none can be had here; the message says what to do
    public static TestCluster open(Consumer<String> progress) {
        return open(progress, Session.OF_ITS_OWN);
    }

    /// Opens it for measurements: an API server that is started shares the processor with its callers thread by
    /// thread, whatever session they were started in. Ctrl-C at a terminal reaches it.
    public static TestCluster openToMeasure(Consumer<String> progress) {
        return open(progress, Session.OF_THIS_PROCESS);
    }

    private static TestCluster open(Consumer<String> progress, Session session) {
        var named = TestEnvironment.ofThisProcess().kubeconfig();
        if (named.isPresent()) {
            progress.accept("Using the cluster of " + named.get() + ".");
            return new TestCluster(named.get(), Optional.empty());
        }
        return start(progress, session);
    }

    /// The cluster of a kubeconfig, which is left as it is.
    static TestCluster of(Path kubeconfig) {
        return new TestCluster(kubeconfig, Optional.empty());
    }

    /// A server of its own, also where the environment names a cluster.
    static TestCluster start(Consumer<String> progress) {
        return start(progress, Session.OF_ITS_OWN);
    }

    private static TestCluster start(Consumer<String> progress, Session session) {
        var server = KubernetesServer.start(progress, session);
        return new TestCluster(server.kubeconfigFile(), Optional.of(server));
    }

    /// The cluster that the environment names, or the server that the whole build shares.
    static TestCluster shared(Consumer<String> progress) {
        var environment = TestEnvironment.ofThisProcess();
        var kubeconfig = environment
                .kubeconfig()
                .orElseGet(() -> SharedServer.of(environment, RunOwner.ofThisProcess())
                        .connect(progress)
                        .kubeconfig());
        return new TestCluster(kubeconfig, Optional.empty());
    }

    /// Starts controllers on an API server that was started for this cluster; any other cluster has its own. See
    /// [KubernetesServer#startControllers(Consumer)].
    ///
    /// @param progress gets a line about each step
    public void startControllers(Consumer<String> progress) {
        ownServer.ifPresent(server -> server.startControllers(progress));
    }

    /// The server that was started for this alone.
    Optional<KubernetesServer> server() {
        return ownServer;
    }

    /// A kubeconfig with all rights.
    public Path kubeconfigFile() {
        return kubeconfig;
    }

    /// A new configuration with all rights, which the caller may change.
    public Config config() {
        return KubernetesClients.configOf(kubeconfig);
    }

    /// A client with all rights.
    public KubernetesClient admin() {
        return admin;
    }

    /// The `kubectl` that fits a server that was started here.
    public Optional<Path> kubectl() {
        return ownServer.map(KubernetesServer::kubectl);
    }

    /// Creates a namespace whose name begins with `prefix` and returns the name.
    public String newNamespace(String prefix) {
        var name = TestNamespace.newName(prefix);
        createNamespace(name);
        return name;
    }

    public void createNamespace(String name) {
        admin.namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .fieldManager(Manifests.FIELD_MANAGER)
                .serverSideApply();
    }

    /// Applies the resources of a file, or of all YAML files of a folder, with all rights and by server-side apply;
    /// returns them as stored. A custom resource definition is served when this returns; namespaced resources
    /// without a namespace go to `default`.
    public List<HasMetadata> apply(Path fileOrFolder) {
        return manifests().apply(fileOrFolder);
    }

    private Manifests manifests() {
        return new Manifests(admin, "default");
    }

    /// A kubeconfig that acts as a service account with a token that the API server issued for it; creates the account
    /// where it does not exist. Gone when this is closed.
    public Path kubeconfigFor(String namespace, String serviceAccount) {
        admin.serviceAccounts()
                .resource(new ServiceAccountBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(serviceAccount)
                        .endMetadata()
                        .build())
                .fieldManager(Manifests.FIELD_MANAGER)
                .serverSideApply();
        var request = new TokenRequestBuilder()
                .withNewSpec()
                .withExpirationSeconds(TOKEN_LIFE.toSeconds())
                .endSpec()
                .build();
        var answer = Objects.requireNonNull(admin.serviceAccounts()
                .inNamespace(namespace)
                .withName(serviceAccount)
                .tokenRequest(request));
        try {
            var file = files.resolve(namespace + "-" + serviceAccount + ".kubeconfig");
            var token = answer.getStatus().getToken();
            Folders.writePrivate(
                    file, Kubeconfig.likeThatOf(config(), token, namespace).toYaml());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        admin.close();
        ownServer.ifPresent(KubernetesServer::close);
        try {
            Folders.deleteRecursively(files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
