package dev.tokenstore.sidecar;

import dev.tokenstore.runtime.program.ProgramLog;
import dev.tokenstore.sidecar.grpc.GrpcServer;
import dev.tokenstore.store.StoreSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Everything the sidecar can be told from outside, read once at start.
///
/// @param backend where the tokens are
/// @param tcp where to serve gRPC over TCP, if anywhere
/// @param socket where to serve gRPC over a Unix socket, if anywhere
/// @param metrics where to serve metrics and probes, if anywhere
/// @param health where to serve gRPC health alone, if anywhere
/// @param drainTimeout how long calls may take to finish at the end
record SidecarConfig(
        Backend backend,
        Optional<InetSocketAddress> tcp,
        Optional<UnixSocket> socket,
        Optional<InetSocketAddress> metrics,
        Optional<InetSocketAddress> health,
        GrpcServer.Limits limits,
        Duration drainTimeout,
        LogConfig log) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
    private static final int TCP_PORT = 50051;
    private static final int METRICS_PORT = 9464;
    private static final String SOCKET_NAME = "tokenstore.sock";

    /// Where the tokens are.
    sealed interface Backend {}

    /// Secrets in a cluster.
    ///
    /// @param name of the `OAuthTokenStore`
    /// @param namespace that it is in; empty for the one that the pod or the kubeconfig is in
    /// @param kubeconfig the file to use; empty for the pod's service account or kubectl's default
    record Kubernetes(String name, Optional<String> namespace, Optional<Path> kubeconfig) implements Backend {}

    /// A file on this machine.
    ///
    /// @param policy how long its tokens live
    record Embedded(Path file, StoreSettings settings) implements Backend {}

    /// A path, and the permission bits of the socket there.
    record UnixSocket(Path path, int mode) {}

    /// How and how much to log.
    record LogConfig(ProgramLog.Format format, ProgramLog.Level level) {}

    /// Reads the settings.
    ///
    /// @param environment tells whether this is a pod
    /// @throws SettingException naming the setting, if one is missing, malformed or contradicts another
    static SidecarConfig of(Settings settings, Map<String, String> environment) {
        var backend = backend(settings);
        var embedded = backend instanceof Embedded;
        var inPod = environment.containsKey("KUBERNETES_SERVICE_HOST");
        var tcp = address(
                settings,
                Setting.TCP,
                Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", TCP_PORT))
                        .filter(address -> !embedded));
        requireLoopback(settings, tcp);
        var socket = socket(settings, backend);
        if (tcp.isEmpty() && socket.isEmpty()) {
            throw new SettingException("nothing to serve on: give --tcp an address or --socket a path");
        }
        return new SidecarConfig(
                backend,
                tcp,
                socket,
                address(
                        settings,
                        Setting.METRICS,
                        Optional.of(InetSocketAddress.createUnresolved(inPod ? "0.0.0.0" : "127.0.0.1", METRICS_PORT))
                                .filter(address -> !embedded)),
                address(settings, Setting.HEALTH, Optional.empty()),
                new GrpcServer.Limits(
                        settings.number(Setting.MAX_MESSAGE_BYTES, 1024).orElse(1024 * 1024),
                        settings.number(Setting.MAX_CONCURRENT_CALLS, 1).orElse(256),
                        settings.duration(Setting.DEFAULT_DEADLINE)
                                .map(deadline -> positive(settings, Setting.DEFAULT_DEADLINE, deadline))
                                .orElse(Duration.ofSeconds(15))),
                settings.duration(Setting.DRAIN_TIMEOUT).orElse(Duration.ofSeconds(10)),
                log(settings));
    }

    private static Backend backend(Settings settings) {
        if (settings.has(Setting.STORE) == settings.has(Setting.EMBEDDED)) {
            throw new SettingException(
                    settings.has(Setting.STORE)
                            ? settings.source(Setting.STORE) + " and " + settings.source(Setting.EMBEDDED)
                                    + " exclude each other: give one of them"
                            : "which store to serve is not set: give --store (a store in a cluster) or --embedded (a file"
                                    + " on this machine)");
        }
        var file = settings.path(Setting.EMBEDDED);
        if (file.isPresent()) {
            for (var setting : new Setting[] {Setting.NAMESPACE, Setting.KUBECONFIG}) {
                if (settings.has(setting)) {
                    throw new SettingException(settings.source(setting) + " belongs to --store, not to --embedded");
                }
            }
            return new Embedded(databaseIn(file.get()), new RetentionSettings(settings).policy());
        }
        new RetentionSettings(settings).requireNone();
        var store = settings.text(Setting.STORE).orElseThrow();
        var slash = store.indexOf('/');
        var name = store.substring(slash + 1);
        var namespace = slash < 0 ? settings.text(Setting.NAMESPACE) : Optional.of(store.substring(0, slash));
        if (!NAME.matcher(name).matches()) {
            throw settings.malformed(Setting.STORE, "give the name of an OAuthTokenStore, or NAMESPACE/NAME");
        }
        if (namespace.isPresent() && !NAME.matcher(namespace.get()).matches()) {
            throw settings.malformed(slash < 0 ? Setting.NAMESPACE : Setting.STORE, "give the name of a namespace");
        }
        return new Kubernetes(name, namespace, settings.path(Setting.KUBECONFIG));
    }

    private static Path databaseIn(Path path) {
        var name = path.toAbsolutePath().toString();
        var isFile = Files.isRegularFile(path) || (!Files.isDirectory(path) && name.endsWith(".db"));
        return (isFile ? path : path.resolve("tokens.db")).toAbsolutePath();
    }

    private static Optional<InetSocketAddress> address(
            Settings settings, Setting setting, Optional<InetSocketAddress> unlessSet) {
        if (settings.isOff(setting)) {
            return Optional.empty();
        }
        return settings.address(setting).or(() -> unlessSet).map(address -> {
            try {
                return new InetSocketAddress(InetAddress.getByName(address.getHostString()), address.getPort());
            } catch (UnknownHostException e) {
                throw settings.malformed(setting, "there is no such host");
            }
        });
    }

    private static void requireLoopback(Settings settings, Optional<InetSocketAddress> tcp) {
        var allowed = settings.yesOrNo(Setting.ALLOW_REMOTE_CONNECTIONS_WITHOUT_AUTHENTICATION)
                .orElse(false);
        if (!allowed && tcp.isPresent() && !tcp.get().getAddress().isLoopbackAddress()) {
            throw settings.malformed(
                    Setting.TCP,
                    "give a loopback address: there is no authentication, so whoever can connect can read every token."
                            + " If that is what you want, add "
                            + Setting.ALLOW_REMOTE_CONNECTIONS_WITHOUT_AUTHENTICATION.flag());
        }
    }

    private static Optional<UnixSocket> socket(Settings settings, Backend backend) {
        var mode = settings.mode(Setting.SOCKET_MODE).orElse(backend instanceof Embedded ? 0600 : 0666);
        if (settings.isOff(Setting.SOCKET)) {
            return Optional.empty();
        }
        return settings.path(Setting.SOCKET)
                .or(() -> switch (backend) {
                    case Embedded embedded -> Optional.of(embedded.file().resolveSibling(SOCKET_NAME));
                    case Kubernetes kubernetes -> Optional.empty();
                })
                .map(path -> new UnixSocket(path.toAbsolutePath(), mode));
    }

    private static Duration positive(Settings settings, Setting setting, Duration duration) {
        if (duration.isZero()) {
            throw settings.malformed(setting, "give more than zero");
        }
        return duration;
    }

    private static LogConfig log(Settings settings) {
        var formats = Map.of("text", ProgramLog.Format.TEXT, "json", ProgramLog.Format.JSON);
        var levels = Map.of(
                "error", ProgramLog.Level.ERROR,
                "warn", ProgramLog.Level.WARN,
                "info", ProgramLog.Level.INFO,
                "debug", ProgramLog.Level.DEBUG);
        return new LogConfig(
                settings.oneOf(Setting.LOG_FORMAT, formats, "give text or json").orElse(ProgramLog.Format.TEXT),
                settings.oneOf(Setting.LOG_LEVEL, levels, "give error, warn, info or debug")
                        .orElse(ProgramLog.Level.INFO));
    }
}
