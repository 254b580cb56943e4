package dev.tokenstore.operator;

import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.ServerClock;
import dev.tokenstore.operator.metrics.ApiServerMeters;
import dev.tokenstore.operator.metrics.ProcessMeters;
import dev.tokenstore.operator.metrics.ReconcilerMeters;
import dev.tokenstore.operator.response.TrimmedResponses;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.FaultProxy;
import dev.tokenstore.testing.product.ShippedPolicies;
import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.javaoperatorsdk.operator.processing.LifecycleAware;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The operator as it ships, in a namespace of its own: its service account (by impersonation) under exactly the rights
/// and policies of `deploy/operator`; with a clock that tests put forward.
final class OperatorUnderTest implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final KubernetesForTests kubernetes;
    final String namespace;
    final TestClock clock = new TestClock();
    final RecordedRequests requests = new RecordedRequests();
    final PrometheusMeterRegistry registry = ReconcilerMeters.newRegistry();

    private Optional<Running> running = Optional.empty();
    private Optional<FaultProxy> proxy = Optional.empty();
    private Optional<InstantSource> machine = Optional.empty();

    private OperatorUnderTest(KubernetesForTests kubernetes) {
        this.kubernetes = kubernetes;
        this.namespace = kubernetes.newNamespace();
        kubernetes.apply(ShippedPolicies.ROLES);
    }

    static OperatorUnderTest start(KubernetesForTests kubernetes) {
        var operator = notStarted(kubernetes);
        operator.start();
        return operator;
    }

    static OperatorUnderTest notStarted(KubernetesForTests kubernetes) {
        var operator = withoutPolicies(kubernetes);
        operator.applyPolicies();
        return operator;
    }

    /// Not started, on a server that has no admission policies, unless another test applied them.
    static OperatorUnderTest withoutPolicies(KubernetesForTests kubernetes) {
        return new OperatorUnderTest(kubernetes);
    }

    /// Lets the operator reach the server through a proxy, from its next start on.
    FaultProxy throughProxy() {
        var opened = new FaultProxy(kubernetes.configAs("oauth-token-store", "oauth-token-store-operator"));
        proxy = Optional.of(opened);
        return opened;
    }

    /// Gives the operator's machine a clock of its own, from its next start on: what time it is the operator then
    /// learns from the API server, as it does when it runs as a program. The test's clock has no effect.
    void onMachineWithClock(InstantSource clockOfMachine) {
        machine = Optional.of(clockOfMachine);
    }

    /// Returns once they are in force.
    void applyPolicies() {
        Policies.apply(kubernetes);
    }

    /// Puts the shipped roles back after a test changed them.
    void restoreRoles() {
        kubernetes.apply(ShippedPolicies.ROLES);
    }

    void start() {
        running = Optional.of(new Running());
    }

    void stop() {
        running.ifPresent(Running::close);
        running = Optional.empty();
    }

    boolean isAlive() {
        return running.orElseThrow().operator.isAlive();
    }

    /// Stops the informers for good, as an error that they cannot recover from does.
    void stopInformers() {
        running.orElseThrow().operator.informers().forEach(informer -> ((LifecycleAware) informer).stop());
    }

    double openWatches() {
        return registry.get("tokenstore.watches").tags("state", "open").gauges().stream()
                .mapToDouble(Gauge::value)
                .sum();
    }

    void createStore(String name, String spec) {
        TestStore.in(kubernetes, namespace, name).apply(spec);
    }

    /// Allows that the namespace of a store has another one.
    void allowSecondStore(String name) {
        kubernetes
                .admin()
                .resources(OAuthTokenStore.class)
                .inNamespace(namespace)
                .withName(name)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\": {\"annotations\": {\"tokenstore.dev/shared-namespace\": \"true\"}}}");
    }

    OAuthTokenStore store(String name) {
        return Objects.requireNonNull(kubernetes
                .admin()
                .resources(OAuthTokenStore.class)
                .inNamespace(namespace)
                .withName(name)
                .get());
    }

    OAuthTokenStoreStatus status(String name) {
        return Objects.requireNonNull(store(name).getStatus());
    }

    OAuthTokenStoreStatus awaitStatus(String name, Predicate<OAuthTokenStoreStatus> wanted) {
        return await().atMost(PATIENCE)
                .until(
                        () -> Optional.ofNullable(store(name).getStatus()),
                        status -> status.filter(wanted).isPresent())
                .orElseThrow();
    }

    OAuthTokenStoreStatus awaitReady(String name) {
        return awaitStatus(name, status -> is(status, "Ready", "True"));
    }

    static boolean is(OAuthTokenStoreStatus status, String type, String value) {
        return status.conditions().stream()
                .anyMatch(condition -> condition.getType().equals(type)
                        && condition.getStatus().equals(value));
    }

    static Condition condition(OAuthTokenStoreStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    /// Puts the clock forward and has the store reconciled, by a change of its spec that changes nothing.
    OAuthTokenStoreStatus advance(Duration by, String store) {
        clock.advance(by);
        var suspend = store(store).getSpec().suspend() == null ? "false" : "null";
        // not against its version: the operator may write its status at this moment
        var changed = kubernetes
                .admin()
                .resources(OAuthTokenStore.class)
                .inNamespace(namespace)
                .withName(store)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"suspend\": " + suspend + "}}");
        return awaitStatus(
                store,
                status -> Objects.equals(
                        status.observedGeneration(), changed.getMetadata().getGeneration()));
    }

    Secret create(TokenSecret token) {
        return kubernetes
                .admin()
                .secrets()
                .inNamespace(namespace)
                .resource(token.build())
                .create();
    }

    /// As a sidecar that refreshed or used the token does: a write to its annotations, against its version.
    void annotate(String name, Map<String, String> annotations) {
        kubernetes.admin().secrets().inNamespace(namespace).withName(name).edit(secret -> {
            secret.getMetadata().getAnnotations().putAll(annotations);
            return secret;
        });
    }

    boolean exists(String name) {
        return kubernetes
                        .admin()
                        .secrets()
                        .inNamespace(namespace)
                        .withName(name)
                        .get()
                != null;
    }

    void awaitGone(String name) {
        await().atMost(PATIENCE).until(() -> !exists(name));
    }

    Event awaitEvent(String reason) {
        return await().atMost(PATIENCE)
                .until(() -> events(reason), found -> !found.isEmpty())
                .getFirst();
    }

    List<Event> events(String reason) {
        return kubernetes.admin().events().v1().events().inNamespace(namespace).list().getItems().stream()
                .filter(event -> event.getReason().equals(reason))
                .toList();
    }

    double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    @Override
    public void close() {
        stop();
        proxy.ifPresent(FaultProxy::close);
    }

    private Config config() {
        return proxy.map(FaultProxy::config)
                .orElseGet(() -> kubernetes.configAs("oauth-token-store", "oauth-token-store-operator"));
    }

    private final class Running implements AutoCloseable {
        private final ServerClock serverClock = new ServerClock(machine.orElse(clock));
        private final ApiServerMeters apiMeters = new ApiServerMeters(registry, serverClock, clock);
        private final ProcessMeters processMeters = new ProcessMeters(registry, "under-test");
        private final KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(TokenStoreOperator.clientConfig(config()))
                .withHttpClientFactory(new JdkHttpClientFactory())
                .withHttpClientBuilderConsumer(builder -> {
                    intercept(builder);
                    TrimmedResponses.install(builder);
                })
                .build();
        private final SecretMetadata secrets = secrets();
        private final TokenStoreOperator operator = new TokenStoreOperator(
                client,
                secrets,
                this::secrets,
                Set.of(namespace),
                "operator-under-test",
                Optional.empty(),
                registry,
                machine.isPresent() ? serverClock : clock);

        Running() {
            operator.start(failed -> {
                throw failed;
            });
        }

        private SecretMetadata secrets() {
            return SecretMetadata.open(config(), this::intercept);
        }

        private void intercept(HttpClient.Builder builder) {
            builder.addOrReplaceInterceptor("clock", serverClock)
                    .addOrReplaceInterceptor("recorded", requests)
                    .addOrReplaceInterceptor("meters", apiMeters);
        }

        @Override
        public void close() {
            processMeters.close();
            operator.close();
            secrets.close();
            client.close();
        }
    }
}
