package dev.tokenstore.sidecar;

import dev.tokenstore.sidecar.grpc.GrpcServer;
import dev.tokenstore.store.TokenStore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The running sidecar: one store, served on its addresses, with its probes.
final class Sidecar {
    private static final Logger LOG = LoggerFactory.getLogger(Sidecar.class);
    private static final StoreReadiness.Pauses PAUSES =
            new StoreReadiness.Pauses(Duration.ofMillis(250), Duration.ofSeconds(15));

    private final SidecarConfig config;
    private final OpenedStorage storage;
    private final TokenStore store;
    private final GrpcServer server;
    private final StoreReadiness readiness;
    private final PrometheusMeterRegistry meters;
    private Optional<UnixSocketFile> socket = Optional.empty();
    private Optional<ProbeServer> probes = Optional.empty();
    private Optional<Integer> healthPort = Optional.empty();
    private final List<String> addresses = new ArrayList<>();

    private Sidecar(
            SidecarConfig config,
            OpenedStorage storage,
            PrometheusMeterRegistry meters,
            CallWatch watch,
            InstantSource clock,
            RandomGenerator random) {
        this.config = config;
        this.storage = storage;
        this.meters = meters;
        this.store = new TokenStore(storage.storage(), storage.storage(), storage.uses(), random);
        this.server = new GrpcServer(store, config.limits(), watch);
        this.readiness = new StoreReadiness(storage.check(), PAUSES, random, server::becomeReady);
    }

    /// Starts serving; the store may answer later.
    ///
    /// @param storage closed when the sidecar stops, or when it cannot start
    /// @throws StartException if an address cannot be had
    static Sidecar start(
            SidecarConfig config,
            OpenedStorage storage,
            PrometheusMeterRegistry meters,
            CallWatch watch,
            InstantSource clock,
            RandomGenerator random) {
        var sidecar = new Sidecar(config, storage, meters, watch, clock, random);
        try {
            sidecar.listen();
        } catch (RuntimeException e) {
            sidecar.end(Duration.ZERO);
            throw e;
        }
        LOG.atInfo()
                .addKeyValue("version", SidecarCommand.version())
                .addKeyValue("store", storage.description())
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
                throw cannotListen("the socket " + wanted.path(), Setting.SOCKET, e);
            }
            file.publish();
            addresses.add("unix:" + wanted.path());
        });
        config.tcp().ifPresent(wanted -> {
            try {
                addresses.add(text(wanted, server.listen(wanted)));
            } catch (IOException e) {
                throw cannotListen(text(wanted, wanted.getPort()), Setting.TCP, e);
            }
            if (!wanted.getAddress().isLoopbackAddress()) {
                LOG.warn("others can connect to this store, and whoever connects can read, change and delete every"
                        + " token");
            }
        });
        config.metrics().ifPresent(wanted -> {
            try {
                probes = Optional.of(new ProbeServer(wanted, readiness::state, meters::scrape));
            } catch (IOException e) {
                throw cannotListen(text(wanted, wanted.getPort()), Setting.METRICS, e);
            }
        });
        config.health().ifPresent(wanted -> {
            try {
                healthPort = Optional.of(server.listenForProbes(wanted, this::whyNotReady));
            } catch (IOException e) {
                throw cannotListen(text(wanted, wanted.getPort()), Setting.HEALTH, e);
            }
        });
        readiness.start();
    }

    private Optional<String> whyNotReady() {
        var state = readiness.state();
        return state.isReady() ? Optional.empty() : Optional.of(state.reason());
    }

    private void bindMeters() {
        Gauge.builder("tokenstore.sidecar.calls.under.way", server, GrpcServer::callsUnderWay)
                .description("Calls being worked on")
                .register(meters);
        Gauge.builder(
                        "tokenstore.sidecar.ready",
                        readiness,
                        ready -> ready.state().isReady() ? 1 : 0)
                .description("1 once the store has answered")
                .register(meters);
        new JvmMemoryMetrics().bindTo(meters);
        new UptimeMetrics().bindTo(meters);
    }

    private static String text(InetSocketAddress address, int port) {
        var host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    private static StartException cannotListen(String where, Setting setting, IOException failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof BindException)) {
            cause = cause.getCause();
        }
        var why =
                Optional.ofNullable(cause.getMessage()).orElse("unknown reason").toLowerCase(Locale.ROOT);
        return new StartException(
                "cannot listen on " + where + ": " + why + "; stop what uses it, or give another " + setting.flag(),
                failure);
    }

    /// Where gRPC is served: `unix:` and a path, or host and port.
    List<String> addresses() {
        return List.copyOf(addresses);
    }

    int metricsPort() {
        return probes.map(ProbeServer::port).orElseThrow();
    }

    /// Lets calls finish and stops everything; cuts off what takes longer than the drain timeout, or what is left when
    /// this thread is interrupted.
    ///
    /// @return the number of calls that were cut off
    int stop() {
        LOG.atInfo().addKeyValue("calls", server.callsUnderWay()).log("stopping; letting calls finish");
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
        var cut = server.drain(drainTimeout);
        socket.ifPresent(UnixSocketFile::close);
        store.close();
        storage.connection().close();
        probes.ifPresent(ProbeServer::close);
        meters.close();
        return cut;
    }
}
