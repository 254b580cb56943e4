package dev.tokenstore.sidecar;

import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.runtime.program.ProgramLog;
import dev.tokenstore.sidecar.grpc.GrpcServer;
import dev.tokenstore.store.StoreSettings;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/// The sidecar's settings, read once at start.
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
    private static final String LOOPBACK = "127.0.0.1";
    private static final int TCP_PORT = 50051;
    private static final int METRICS_PORT = 9464;
    private static final String SOCKET_NAME = "tokenstore.sock";
    private static final String OFF = "off";
    private static final String MEMORY = "memory";
    private static final Duration SERVE_STALE_FOR = Duration.ofMinutes(5);

    /// Where the tokens are.
    sealed interface Backend {}

    /// Secrets in a cluster.
    ///
    /// @param name of the `OAuthTokenStore`
    /// @param namespace that it is in; empty for the one that the pod or the kubeconfig is in
    /// @param kubeconfig the file to use; empty for the pod's service account or kubectl's default
    /// @param serveStaleFor how long tokens that were read before are served while the API server is away
    record Kubernetes(String name, Optional<String> namespace, Optional<Path> kubeconfig, Duration serveStaleFor)
            implements Backend {}

    /// A file on this machine.
    record Embedded(Path file, StoreSettings settings) implements Backend {}

    /// The memory of this process.
    record Memory(StoreSettings settings) implements Backend {}

    /// A path, and the permission bits of the socket there.
    ///
    /// @param makeDirectory whether the socket's directory is made, for this user alone
    record UnixSocket(Path path, int mode, boolean makeDirectory) {
        UnixSocket(Path path, int mode) {
            this(path, mode, false);
        }
    }

    /// How and how much to log.
    record LogConfig(ProgramLog.Format format, ProgramLog.Level level) {}

    /// Returns what the options mean together.
    ///
    /// @param inPod whether this process runs in a pod
    /// @throws ParameterException naming the options that are missing or contradict each other
    static SidecarConfig of(SidecarCommand options, boolean inPod) {
        var backend = backend(options);
        var isEmbedded = !(backend instanceof Kubernetes);
        var tcp = addressOr(isEmbedded ? Endpoint.OFF : Endpoint.on(LOOPBACK, TCP_PORT), options.tcp);
        requireLoopback(options, tcp);
        var socket = socket(options, backend);
        if (tcp.isEmpty() && socket.isEmpty()) {
            throw options.refusal("nothing to serve on: give --tcp an address or --socket a path");
        }
        return new SidecarConfig(
                backend,
                tcp,
                socket,
                addressOr(
                        isEmbedded ? Endpoint.OFF : Endpoint.on(inPod ? "0.0.0.0" : LOOPBACK, METRICS_PORT),
                        options.metrics),
                addressOr(Endpoint.OFF, options.health),
                new GrpcServer.Limits(options.maxMessageBytes, options.maxConcurrentCalls, options.defaultDeadline),
                options.drainTimeout,
                new LogConfig(options.logFormat, options.logLevel));
    }

    private static Backend backend(SidecarCommand options) {
        if (options.store != null && options.embedded != null) {
            throw options.refusal(options.name("--store") + " and " + options.name("--embedded")
                    + " exclude each other: give one of them");
        }
        if (options.embedded != null) {
            requireUnset(options, "--namespace", options.namespace);
            requireUnset(options, "--kubeconfig", options.kubeconfig);
            requireUnset(options, "--serve-stale-for", options.serveStaleFor);
            return options.embedded.equals(MEMORY)
                    ? new Memory(storeSettings(options))
                    : new Embedded(databaseIn(Path.of(options.embedded)), storeSettings(options));
        }
        if (options.store == null) {
            throw options.refusal(
                    "which store to serve is not set: give --store (a store in a cluster) or --embedded (a"
                            + " file on this machine)");
        }
        return kubernetes(options, options.store);
    }

    private static void requireUnset(SidecarCommand options, String flag, @Nullable Object value) {
        if (value != null) {
            throw options.refusal(options.name(flag) + " belongs to --store, not to --embedded");
        }
    }

    private static Kubernetes kubernetes(SidecarCommand options, String store) {
        refuseInCluster(options, "--session-timeout", options.sessionTimeout, "sessionTimeout");
        refuseInCluster(options, "--max-token-age", options.maxTokenAge, "maxTokenAge");
        refuseInCluster(
                options,
                "--cleanup-session-ended-after",
                options.cleanupSessionEndedAfter,
                "cleanup.sessionEnded.after");
        refuseInCluster(options, "--cleanup-expired-after", options.cleanupExpiredAfter, "cleanup.expired.after");
        refuseInCluster(options, "--max-tokens", options.maxTokens, "limits.maxTokens");
        var slash = store.indexOf('/');
        var name = store.substring(slash + 1);
        var namespace = slash < 0 ? Optional.ofNullable(options.namespace) : Optional.of(store.substring(0, slash));
        if (!NAME.matcher(name).matches()) {
            throw malformed(options, "--store", store, "give the name of an OAuthTokenStore, or NAMESPACE/NAME");
        }
        if (namespace.isPresent() && !NAME.matcher(namespace.get()).matches()) {
            throw malformed(
                    options,
                    slash < 0 ? "--namespace" : "--store",
                    slash < 0 ? namespace.get() : store,
                    "give the name of a namespace");
        }
        return new Kubernetes(
                name,
                namespace,
                Optional.ofNullable(options.kubeconfig).map(Path::of),
                Optional.ofNullable(options.serveStaleFor).orElse(SERVE_STALE_FOR));
    }

    private static void refuseInCluster(SidecarCommand options, String flag, @Nullable Object value, String field) {
        if (value != null) {
            throw options.refusal(options.name(flag)
                    + " belongs to --embedded: for a store in a cluster its OAuthTokenStore says it, in spec." + field);
        }
    }

    /// Returns the settings of an embedded store. The API server refuses the same combinations for a store in a
    /// cluster.
    private static StoreSettings storeSettings(SidecarCommand options) {
        var timeout = options.sessionTimeout;
        var ended = options.cleanupSessionEndedAfter;
        if (ended != null && timeout == null) {
            throw options.refusal(options.name("--cleanup-session-ended-after") + " needs "
                    + options.name("--session-timeout") + ": without it no session ever ends");
        }
        refuseLongerThanAge(options, timeout, options.name("--session-timeout"), "its session could end");
        refuseLongerThanAge(
                options,
                timeout == null || ended == null ? null : timeout.plus(ended),
                options.name("--session-timeout") + " plus " + options.name("--cleanup-session-ended-after"),
                "that time is over");
        refuseLongerThanAge(
                options, options.cleanupExpiredAfter, options.name("--cleanup-expired-after"), "that time is over");
        return new StoreSettings(
                new RetentionPolicy(
                        timeout,
                        options.maxTokenAge,
                        ended == null ? Duration.ZERO : ended,
                        options.cleanupExpiredAfter,
                        null,
                        false,
                        false),
                Optional.ofNullable(options.maxTokens));
    }

    private static void refuseLongerThanAge(
            SidecarCommand options, @Nullable Duration duration, String what, String moment) {
        var age = options.maxTokenAge;
        if (duration != null && age != null && duration.compareTo(age) > 0) {
            throw options.refusal(what + " must not be longer than " + options.name("--max-token-age")
                    + ": a token would be deleted for its age before " + moment);
        }
    }

    private static Path databaseIn(Path path) {
        var name = path.toAbsolutePath().toString();
        var isFile = Files.isRegularFile(path) || (!Files.isDirectory(path) && name.endsWith(".db"));
        return (isFile ? path : path.resolve("tokens.db")).toAbsolutePath();
    }

    private static Optional<InetSocketAddress> addressOr(Endpoint unlessSet, @Nullable Endpoint set) {
        return (set == null ? unlessSet : set).address();
    }

    private static void requireLoopback(SidecarCommand options, Optional<InetSocketAddress> tcp) {
        if (!options.allowRemoteConnections
                && tcp.isPresent()
                && !tcp.get().getAddress().isLoopbackAddress()) {
            throw malformed(
                    options,
                    "--tcp",
                    options.tcp == null ? "" : options.tcp.text(),
                    "give a loopback address: there is no authentication, so whoever can connect can read every token."
                            + " If that is what you want, add --allow-remote-connections-without-authentication");
        }
    }

    private static Optional<UnixSocket> socket(SidecarCommand options, Backend backend) {
        var mode = options.socketMode != null ? options.socketMode : backend instanceof Kubernetes ? 0666 : 0600;
        if (options.socket != null) {
            return options.socket.equals(OFF)
                    ? Optional.empty()
                    : Optional.of(new UnixSocket(Path.of(options.socket).toAbsolutePath(), mode));
        }
        return switch (backend) {
            case Embedded embedded -> Optional.of(new UnixSocket(embedded.file().resolveSibling(SOCKET_NAME), mode));
            case Memory memory ->
                Optional.of(new UnixSocket(options.runtimeDirectory().resolve(SOCKET_NAME), mode, true));
            case Kubernetes kubernetes -> Optional.empty();
        };
    }

    private static ParameterException malformed(SidecarCommand options, String flag, String value, String advice) {
        return options.refusal(options.name(flag) + " is malformed: \"" + value + "\"; " + advice);
    }
}
