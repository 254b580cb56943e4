package dev.tokenstore.testing;

import dev.tokenstore.testing.server.KubernetesClients;
import dev.tokenstore.testing.server.KubernetesServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// JUnit extension: a real Kubernetes API server and a fresh namespace for a test class.
///
/// ```java
/// @RegisterExtension
/// static final KubernetesForTests kubernetes =
///         KubernetesForTests.create().withTokenStores();
/// ```
///
/// All test classes of a build share one server; RBAC is enforced, and nothing but the API server
/// runs: no pods, service accounts have to be created, and without [#withControllers()] namespaces stay
/// `Terminating`. The environment variable `TOKENSTORE_TEST_KUBECONFIG` names a cluster to use instead.
/// Clients that this hands out are closed after the last test. Thread-safe between the two.
public final class KubernetesForTests implements BeforeAllCallback, AfterAllCallback {
    private static final Consumer<String> PROGRESS = System.err::println;

    private final Optional<Supplier<Path>> named;
    private final boolean onPrivateServer;
    private final boolean withControllers;
    private final List<Path> definitions;

    private int depth;
    private @Nullable Session session;

    private KubernetesForTests(
            Optional<Supplier<Path>> named, boolean onPrivateServer, boolean withControllers, List<Path> definitions) {
        this.named = named;
        this.onPrivateServer = onPrivateServer;
        this.withControllers = withControllers;
        this.definitions = List.copyOf(definitions);
    }

    /// An extension on the server that the whole build shares.
    public static KubernetesForTests create() {
        return new KubernetesForTests(Optional.empty(), false, false, List.of());
    }

    /// An extension on a cluster that someone else keeps, with controllers.
    ///
    /// @param kubeconfig asked for before the first test, and again by each test class
    public static KubernetesForTests on(Supplier<Path> kubeconfig) {
        return new KubernetesForTests(Optional.of(kubeconfig), false, false, List.of());
    }

    /// Returns an extension on a server that only this test class uses and may stop and start: see [#server()].
    public KubernetesForTests withPrivateServer() {
        return new KubernetesForTests(named, true, withControllers, definitions);
    }

    /// Returns an extension with controllers: deleted namespaces go, objects whose owners are gone are collected and
    /// validating admission policies get a status: see [KubernetesServer#startControllers(Consumer)].
    ///
    /// On a server that only this test class uses, or on the cluster that the environment names, which has
    /// controllers of its own; together with [#withPrivateServer()] always on the former. They start after the
    /// definitions that this extension installs, so owners of those kinds are known from the first test on.
    public KubernetesForTests withControllers() {
        return new KubernetesForTests(named, onPrivateServer, true, definitions);
    }

    /// Returns an extension that installs custom resource definitions before the first test.
    ///
    /// The first request for a resource of a new definition takes 2 seconds, once per server.
    ///
    /// @param filesOrFolders YAML, or folders of `*.yaml` and `*.yml`, relative to the module's folder
    public KubernetesForTests withCustomResourceDefinitions(Path... filesOrFolders) {
        var more = Stream.concat(definitions.stream(), Stream.of(filesOrFolders));
        return new KubernetesForTests(named, onPrivateServer, withControllers, more.toList());
    }

    /// Returns an extension that installs the shipped definition of `OAuthTokenStore` before the first test.
    public KubernetesForTests withTokenStores() {
        return withCustomResourceDefinitions(Project.file("deploy/crds"));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (depth++ > 0) {
            return; // a nested class runs inside what its outer class has
        }
        var opened = new Session(openCluster(), context.getRequiredTestClass().getSimpleName());
        session = opened;
        definitions.forEach(opened.manifests::apply);
        if (withControllers) {
            opened.cluster.startControllers(PROGRESS);
        }
    }

    private TestCluster openCluster() {
        if (named.isPresent()) {
            return TestCluster.of(named.get().get());
        }
        if (onPrivateServer) {
            return TestCluster.start(PROGRESS);
        }
        return withControllers ? TestCluster.open(PROGRESS) : TestCluster.shared(PROGRESS);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (--depth > 0) {
            return;
        }
        var opened = session;
        session = null;
        if (opened != null) {
            opened.close();
        }
    }

    /// The namespace of this test class.
    public String namespace() {
        return session().namespace;
    }

    /// Creates another namespace, for this test class alone; its deletion is asked for in the end.
    public String newNamespace() {
        return session().newNamespace();
    }

    /// A client with all rights, in [#namespace()].
    public KubernetesClient admin() {
        return session().admin;
    }

    /// A client that acts as a service account of [#namespace()] by impersonation: exactly the rights of
    /// that account, which need not exist.
    public KubernetesClient clientAs(String serviceAccount) {
        return clientAs(namespace(), serviceAccount);
    }

    /// A client that acts as an account of any namespace by impersonation.
    public KubernetesClient clientAs(String namespace, String serviceAccount) {
        return session().closedAtTheEnd(KubernetesClients.clientOf(configAs(namespace, serviceAccount)));
    }

    /// A new configuration with all rights, which the caller may change.
    public Config config() {
        return session().config();
    }

    /// A new configuration that acts as a service account of [#namespace()] by impersonation.
    public Config configAs(String serviceAccount) {
        return configAs(namespace(), serviceAccount);
    }

    /// A new configuration that acts as an account of any namespace, the default namespace of its requests.
    public Config configAs(String namespace, String serviceAccount) {
        return new ConfigBuilder(config())
                .withNamespace(namespace)
                .withImpersonateUsername("system:serviceaccount:" + namespace + ":" + serviceAccount)
                .withImpersonateGroups(
                        "system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated")
                .build();
    }

    /// A kubeconfig with all rights, for processes under test.
    public Path kubeconfigFile() {
        return session().cluster.kubeconfigFile();
    }

    /// A kubeconfig that acts as a service account with a token that the API server issued for it, for
    /// processes under test; creates the account where it does not exist. Gone after the last test.
    public Path kubeconfigFor(String namespace, String serviceAccount) {
        return session().cluster.kubeconfigFor(namespace, serviceAccount);
    }

    /// Applies the resources of a file, or of all YAML files of a folder, with all rights and by
    /// server-side apply; returns them as stored.
    ///
    /// Namespaced resources without a namespace go to [#namespace()].
    public List<HasMetadata> apply(Path yaml) {
        return session().manifests.apply(yaml);
    }

    /// Applies YAML text, one or more documents.
    public List<HasMetadata> apply(String yaml) {
        return session().manifests.apply(yaml);
    }

    /// The server of this test class alone.
    ///
    /// @throws IllegalStateException unless [#withPrivateServer()] was asked for
    public KubernetesServer server() {
        if (!onPrivateServer) {
            throw new IllegalStateException("the server may be shared; ask for withPrivateServer()");
        }
        return session().cluster.server().orElseThrow();
    }

    private Session session() {
        var opened = session;
        if (opened == null) {
            throw new IllegalStateException(
                    "not between beforeAll and afterAll: is this extension registered in a static field?");
        }
        return opened;
    }

    /// What one test class has of a cluster.
    private static final class Session {
        private final TestCluster cluster;
        private final String className;
        private final String namespace;
        private final KubernetesClient admin;
        private final Manifests manifests;
        private final List<String> namespaces = new ArrayList<>();
        private final List<KubernetesClient> clients = new ArrayList<>();

        private Session(TestCluster cluster, String className) {
            this.cluster = cluster;
            this.className = className;
            this.namespace = TestNamespace.newName(className);
            this.admin = KubernetesClients.clientOf(config());
            this.manifests = new Manifests(admin, namespace);
            create(namespace);
        }

        Config config() {
            return new ConfigBuilder(cluster.config()).withNamespace(namespace).build();
        }

        String newNamespace() {
            var name = TestNamespace.newName(className);
            create(name);
            return name;
        }

        private synchronized void create(String name) {
            cluster.createNamespace(name);
            namespaces.add(name);
        }

        synchronized KubernetesClient closedAtTheEnd(KubernetesClient client) {
            clients.add(client);
            return client;
        }

        synchronized void close() {
            clients.forEach(KubernetesClient::close);
            try (cluster;
                    admin) {
                if (cluster.server().isEmpty()) {
                    namespaces.forEach(name -> admin.namespaces().withName(name).delete());
                }
            }
        }
    }
}
