package dev.tokenstore.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tokenstore.api.ServerClock;
import dev.tokenstore.operator.metrics.ApiServerMeters;
import dev.tokenstore.operator.metrics.ProcessMeters;
import dev.tokenstore.operator.metrics.ReconcilerMeters;
import dev.tokenstore.operator.response.TrimmedResponses;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.runtime.kubernetes.ConnectionFailure;
import dev.tokenstore.runtime.kubernetes.KubeconfigException;
import dev.tokenstore.runtime.kubernetes.KubernetesConfig;
import dev.tokenstore.runtime.program.HttpEndpoints;
import dev.tokenstore.runtime.program.HttpEndpoints.Page;
import dev.tokenstore.runtime.program.ProgramCommandLine;
import dev.tokenstore.runtime.program.ProgramLog;
import dev.tokenstore.runtime.program.ProgramVersion;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.javaoperatorsdk.operator.OperatorException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The operator's command line.
@Command(
        name = "tokenstore-operator",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Reconciles OAuthTokenStore resources: counts tokens, and deletes those whose time is over.",
        footer = "%nExit codes: 143 stopped by SIGTERM, 1 could not start or lost the lease, 2 wrong settings.")
public final class OperatorMain implements Callable<Integer> {
    private static final Duration PATIENCE_AT_STOP = Duration.ofSeconds(20);

    @Option(
            names = "--namespace",
            split = ",",
            defaultValue = "${env:TOKENSTORE_NAMESPACES:-}",
            paramLabel = "NAME",
            description = "Reconcile the stores of this namespace only; may be repeated."
                    + " Default: $TOKENSTORE_NAMESPACES (comma separated), else all namespaces.")
    private Set<String> namespaces = new LinkedHashSet<>();

    @Option(
            names = "--leader-election",
            negatable = true,
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "${env:TOKENSTORE_LEADER_ELECTION:-true}",
            description = "Work only while holding a lease, so that several replicas can run."
                    + " Default: $TOKENSTORE_LEADER_ELECTION, else true.")
    private boolean leaderElection = true;

    @Option(
            names = "--lease-namespace",
            defaultValue = "${env:TOKENSTORE_LEASE_NAMESPACE:-oauth-token-store}",
            paramLabel = "NAME",
            description = "Namespace of that lease. Default: $TOKENSTORE_LEASE_NAMESPACE, else oauth-token-store.")
    private String leaseNamespace = "";

    @Option(
            names = "--port",
            defaultValue = "${env:TOKENSTORE_PORT:-8080}",
            description = "Port of /livez, /readyz and /metrics. Default: $TOKENSTORE_PORT, else 8080.")
    private int port;

    @Option(
            names = "--log-format",
            defaultValue = "${env:TOKENSTORE_LOG_FORMAT:-text}",
            description = "${COMPLETION-CANDIDATES}. Default: $TOKENSTORE_LOG_FORMAT, else text.")
    private ProgramLog.Format logFormat = ProgramLog.Format.TEXT;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    public static void main(String[] args) {
        System.exit(ProgramCommandLine.of(new OperatorMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        return run(config());
    }

    OperatorConfig config() {
        try {
            namespaces.removeIf(String::isEmpty);
            return new OperatorConfig(
                    namespaces, leaderElection ? Optional.of(leaseNamespace) : Optional.empty(), port, logFormat);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static int run(OperatorConfig config) throws InterruptedException {
        ProgramLog.configure(config.logFormat(), ProgramLog.Level.INFO);
        var log = LoggerFactory.getLogger(OperatorMain.class);
        var asked = new CountDownLatch(1);
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(asked, stopped)));
        try {
            return serve(config, log, asked);
        } finally {
            stopped.countDown();
        }
    }

    private static int serve(OperatorConfig config, Logger log, CountDownLatch asked) throws InterruptedException {
        var clock = new ServerClock(InstantSource.system());
        final Config kubernetes;
        try {
            kubernetes = KubernetesConfig.read(null, null, log::warn);
        } catch (KubeconfigException e) {
            log.atError().log(String.valueOf(e.getMessage()));
            return 1;
        }
        log.atInfo().addKeyValue("server", kubernetes.getMasterUrl()).log("connecting to the API server");
        var registry = ReconcilerMeters.newRegistry();
        var interceptors = interceptors(registry, clock);
        var failure = new AtomicReference<@Nullable String>();
        try (var process = new ProcessMeters(registry, ProgramVersion.of(OperatorMain.class));
                var client = new KubernetesClientBuilder()
                        .withConfig(TokenStoreOperator.clientConfig(kubernetes))
                        .withHttpClientFactory(new JdkHttpClientFactory())
                        .withHttpClientBuilderConsumer(interceptors.andThen(TrimmedResponses::install))
                        .build();
                var secrets = SecretMetadata.open(kubernetes, interceptors);
                var operator = new TokenStoreOperator(
                        client,
                        secrets,
                        () -> SecretMetadata.open(kubernetes, interceptors),
                        config.namespaces(),
                        instance(),
                        config.leaseNamespace()
                                .map(namespace -> new Leadership(
                                        client,
                                        namespace,
                                        instance() + "_" + UUID.randomUUID(),
                                        clock,
                                        registry,
                                        why -> {
                                            failure.set(why);
                                            asked.countDown();
                                        })),
                        registry,
                        clock);
                var endpoints = new HttpEndpoints(
                        new InetSocketAddress(config.port()),
                        Map.of(
                                "/livez",
                                () -> operator.isAlive()
                                        ? Page.ok()
                                        : Page.unavailable("an informer has stopped, or delivers no changes"),
                                "/readyz",
                                () -> operator.started() ? Page.ok() : Page.unavailable("starting"),
                                "/metrics",
                                () -> Page.metrics(registry.scrape())))) {
            operator.start(e -> {
                failure.set("could not start: " + reasonOf(e, kubernetes));
                asked.countDown();
            });
            log.atInfo().addKeyValue("port", endpoints.port()).log("operator started");
            asked.await();
            var why = failure.get();
            if (why != null) {
                log.atError().addKeyValue("server", kubernetes.getMasterUrl()).log(why);
                return 1;
            }
            log.atInfo().log("operator stops");
            return 0;
        } catch (OperatorException e) {
            log.atError()
                    .addKeyValue("server", kubernetes.getMasterUrl())
                    .log("could not start: " + reasonOf(e, kubernetes));
            return 1;
        } catch (IOException e) {
            log.atError().addKeyValue("port", config.port()).log("could not open the port; give --port another one");
            return 1;
        }
    }

    /// The interceptors that see each reply of the API server.
    private static Consumer<HttpClient.Builder> interceptors(MeterRegistry registry, ServerClock clock) {
        var meters = new ApiServerMeters(registry, clock, InstantSource.system());
        return builder -> builder.addOrReplaceInterceptor("clock", clock).addOrReplaceInterceptor("meters", meters);
    }

    static String reasonOf(OperatorException failure, Config kubernetes) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JsonProcessingException unreadable) {
                return "an answer of the API server could not be parsed (" + unreadable.getOriginalMessage()
                        + "); is something else at this address, or is the custom resource OAuthTokenStore of another"
                        + " version installed?";
            }
            if (cause instanceof KubernetesClientException refused && refused.getCode() > 0) {
                return switch (refused.getCode()) {
                    case HttpURLConnection.HTTP_NOT_FOUND ->
                        "the custom resource OAuthTokenStore is not installed; helm upgrade, or kubectl apply -f"
                                + " deploy/crds";
                    case HttpURLConnection.HTTP_FORBIDDEN, HttpURLConnection.HTTP_UNAUTHORIZED ->
                        "this account may not list and watch oauthtokenstores, or not use the lease; helm upgrade,"
                                + " or kubectl apply -f deploy/operator/rbac.yaml, or use another account";
                    default -> "the API server answered with HTTP " + refused.getCode();
                };
            }
        }
        return ConnectionFailure.of(failure, kubernetes).message();
    }

    /// Runs as a shutdown hook: the process does not end before everything is closed.
    private static void stop(CountDownLatch asked, CountDownLatch stopped) {
        asked.countDown();
        try {
            if (!stopped.await(PATIENCE_AT_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                LoggerFactory.getLogger(OperatorMain.class).atWarn().log("did not stop in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String instance() {
        return Optional.ofNullable(System.getenv("HOSTNAME"))
                .filter(name -> !name.isBlank())
                .orElse("operator");
    }
}
