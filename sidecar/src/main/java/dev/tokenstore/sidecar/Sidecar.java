package dev.tokenstore.sidecar;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.program.HttpEndpoints;
import dev.tokenstore.runtime.program.HttpEndpoints.Page;
import dev.tokenstore.runtime.program.ProgramVersion;
import dev.tokenstore.sidecar.grpc.GrpcServer;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.refresh.RefreshCoordinator;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The running sidecar: one store, served on its addresses, with its probes.
final class Sidecar {
    private static final Logger LOG = LoggerFactory.getLogger(Sidecar.class);
    /// Shorter than the kubelet's default for a probe.
    private static final Duration LIVENESS_TIMEOUT = Duration.ofMillis(900);

    private static final Duration FIRST_RETRY = Duration.ofMillis(250);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(15);

    private final SidecarConfig config;
    private final StoreBackend backend;
    private final TokenStore store;
    private final RefreshCoordinator refreshes;
    private final GrpcServer server;
    private final StoreReadiness readiness;
    private final PrometheusMeterRegistry meters;
    private Optional<UnixSocketFile> socket = Optional.empty();
    private Optional<HttpEndpoints> probes = Optional.empty();
    private Optional<Integer> healthPort = Optional.empty();
    private final List<String> addresses = new CopyOnWriteArrayList<>();

    private Sidecar(
            SidecarConfig config,
            StoreBackend backend,
            PrometheusMeterRegistry meters,
            CallMeters calls,
            RandomGenerator random) {
        this.config = config;
        this.backend = backend;
        this.meters = meters;
        this.store = new TokenStore(backend.reads(), backend.storage(), backend.uses(), random);
        this.refreshes = new RefreshCoordinator(
                store,
                backend.storage(),
                () -> RefreshClaim.DEFAULT_DURATION,
                backend.clock(),
                random,
                new RefreshMeters(meters));
        this.server = new GrpcServer(store, refreshes, config.limits(), calls);
        this.readiness = new StoreReadiness(
                backend.check(), Backoff.withFullJitter(FIRST_RETRY, LONGEST_RETRY, random), server::becomeReady);
    }

    /// Starts serving; the store may answer later.
    ///
    /// @param backend closed when the sidecar stops, or when it cannot start
    /// @throws StartException if an address cannot be had
    static Sidecar start(
            SidecarConfig config,
            StoreBackend backend,
            PrometheusMeterRegistry meters,
            CallMeters calls,
            RandomGenerator random) {
        var sidecar = new Sidecar(config, backend, meters, calls, random);
        try {
            sidecar.listen();
        } catch (RuntimeException e) {
            sidecar.end(Duration.ZERO);
            throw e;
        }
        LOG.atInfo()
                .addKeyValue("version", ProgramVersion.of(Sidecar.class))
                .addKeyValue("store", backend.description())
                .addKeyValue("grpc", String.join(", ", sidecar.addresses))
                .addKeyValue("metrics", config.metrics().isPresent() ? "port " + sidecar.metricsPort() : "off")
                .addKeyValue(
                        "health", sidecar.healthPort.map(port -> "port " + port).orElse("off"))
                .log("serving");
        return sidecar;
    }

    private void listen() {
        bindMeters();
        config.socket().ifPresent(wanted -> {
            var file = new UnixSocketFile(wanted);
            socket = Optional.of(file);
            try {
                server.listen(file.bindPath());
            } catch (IOException e) {
                throw cannotListen("the socket " + wanted.path(), "--socket", e);
            }
            file.publish();
            addresses.add("unix:" + wanted.path());
        });
        config.tcp().ifPresent(wanted -> {
            try {
                addresses.add(Endpoint.text(wanted, server.listen(wanted)));
            } catch (IOException e) {
                throw cannotListen(Endpoint.text(wanted, wanted.getPort()), "--tcp", e);
            }
            if (!wanted.getAddress().isLoopbackAddress()) {
                LOG.warn("others can connect to this store, and whoever connects can read, change and delete every"
                        + " token");
            }
        });
        config.metrics().ifPresent(wanted -> {
            try {
                probes = Optional.of(new HttpEndpoints(
                        wanted,
                        Map.of(
                                "/livez", this::liveness,
                                "/readyz", this::readiness,
                                "/metrics", () -> Page.metrics(meters.scrape()))));
            } catch (IOException e) {
                throw cannotListen(Endpoint.text(wanted, wanted.getPort()), "--metrics", e);
            }
        });
        config.health().ifPresent(wanted -> {
            try {
                healthPort = Optional.of(server.listenForProbes(wanted, readiness::whyNotReady));
            } catch (IOException e) {
                throw cannotListen(Endpoint.text(wanted, wanted.getPort()), "--health", e);
            }
        });
        readiness.start();
    }

    private Page liveness() {
        return server.answers(addresses, LIVENESS_TIMEOUT)
                ? Page.ok()
                : Page.unavailable("not alive: the gRPC server does not answer");
    }

    private Page readiness() {
        return readiness
                .whyNotReady()
                .map(why -> Page.unavailable("not ready: " + why))
                .orElseGet(Page::ok);
    }

    private void bindMeters() {
        Gauge.builder("tokenstore.sidecar.calls.under.way", server, GrpcServer::callsInFlight)
                .description("Calls being worked on")
                .register(meters);
        Gauge.builder(
                        "tokenstore.sidecar.ready",
                        readiness,
                        ready -> ready.whyNotReady().isEmpty() ? 1 : 0)
                .description("1 once the store has answered")
                .register(meters);
        Gauge.builder("tokenstore.sidecar.refresh.waiting", refreshes, RefreshCoordinator::waiting)
                .description("Finds that wait for another caller's refresh")
                .register(meters);
        new JvmMemoryMetrics().bindTo(meters);
        new UptimeMetrics().bindTo(meters);
    }

    private static StartException cannotListen(String where, String option, IOException failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof BindException)) {
            cause = cause.getCause();
        }
        var why =
                Optional.ofNullable(cause.getMessage()).orElse("unknown reason").toLowerCase(Locale.ROOT);
        return new StartException(
                "cannot listen on " + where + ": " + why + "; stop what uses it, or give another " + option, failure);
    }

    /// Where gRPC is served: `unix:` and a path, or host and port.
    List<String> addresses() {
        return List.copyOf(addresses);
    }

    int metricsPort() {
        return probes.map(HttpEndpoints::port).orElseThrow();
    }

    /// Lets calls finish and stops everything; cuts off what takes longer than the drain timeout, or what is left when
    /// this thread is interrupted.
    ///
    /// @return the number of calls that were cut off
    int stop() {
        LOG.atInfo().addKeyValue("calls", server.callsInFlight()).log("stopping; letting calls finish");
        var cut = end(config.drainTimeout());
        if (cut > 0) {
            LOG.atWarn().addKeyValue("calls", cut).log("stopped; calls that had not finished were cut off");
        } else {
            LOG.info("stopped; all calls had finished");
        }
        return cut;
    }

    private int end(Duration drainTimeout) {
        readiness.close();
        refreshes.endWaits();
        var cut = server.drain(drainTimeout);
        socket.ifPresent(UnixSocketFile::close);
        refreshes.close();
        store.close();
        backend.closeConnection().run();
        probes.ifPresent(HttpEndpoints::close);
        meters.close();
        return cut;
    }
}
