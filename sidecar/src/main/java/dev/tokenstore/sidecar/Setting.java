package dev.tokenstore.sidecar;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A setting of the sidecar: a flag and an environment variable of the same name. The flag wins.
enum Setting {
    STORE("[NAMESPACE/]NAME", null, "The OAuthTokenStore to serve, in the pod's own namespace unless one is named."),
    NAMESPACE(
            "NAME",
            null,
            "The namespace of a store that is named without one. Default: the pod's own, or the kubeconfig's."),
    KUBECONFIG("FILE", null, "The kubeconfig to use. Default: the pod's service account, or where kubectl looks."),
    EMBEDDED(
            "DIR|FILE",
            null,
            "Keep the tokens in a file of this machine instead of a cluster: tokens.db in a directory, or a file that"
                    + " ends in .db. Made if missing, readable by its owner alone."),
    SESSION_TIMEOUT(
            "DURATION",
            null,
            "With --embedded: a token that was neither saved nor read for this long is over and deleted. Default: never."),
    MAX_TOKEN_AGE(
            "DURATION",
            null,
            "With --embedded: a token that was first saved this long ago is over and deleted. Default: never."),
    CLEANUP_SESSION_ENDED_AFTER(
            "DURATION",
            "0s",
            "With --embedded: how long after its session is over a token is deleted; reads miss it before."),
    CLEANUP_EXPIRED_AFTER(
            "DURATION",
            null,
            "With --embedded: how long after its access token expired a token is deleted that holds nothing to renew it"
                    + " with. Default: never."),
    MAX_TOKENS("N", null, "With --embedded: new tokens are refused once there are this many. Default: no limit."),
    TCP(
            "[HOST:]PORT|off",
            "127.0.0.1:50051; off with --embedded",
            "Where to serve gRPC over TCP. Whoever reaches it may use every token, so it must be a loopback address."
                    + " Port 0: any free one."),
    ALLOW_REMOTE_CONNECTIONS_WITHOUT_AUTHENTICATION(
            "true|false",
            "false",
            "Serve on an address that others can reach. There is no authentication: everyone who can connect can read,"
                    + " change and delete every token."),
    SOCKET(
            "PATH|off",
            "off; tokenstore.sock beside the file with --embedded",
            "Where to serve gRPC over a Unix socket."),
    SOCKET_MODE(
            "OCTAL",
            "0666; 0600 with --embedded",
            "Who may connect to the Unix socket. In a pod the volume that holds it is the boundary."),
    METRICS(
            "[HOST:]PORT|off",
            "0.0.0.0:9464 in a pod, where the kubelet probes it, else 127.0.0.1:9464; off with --embedded",
            "Where to serve /metrics, /livez and /readyz over HTTP. They hold no token."),
    HEALTH(
            "[HOST:]PORT|off",
            "off",
            "Where to serve grpc.health.v1.Health alone, for the gRPC probes of a kubelet: of a failed one it prints why"
                    + " the store did not answer. It holds no token."),
    MAX_MESSAGE_BYTES("N", "1048576", "The largest request that is accepted."),
    MAX_CONCURRENT_CALLS("N", "256", "How many calls may be under way at once; more are refused."),
    DEFAULT_DEADLINE("DURATION", "15s", "When a call is given up whose caller set no deadline."),
    DRAIN_TIMEOUT("DURATION", "10s", "How long calls may take to finish once the sidecar was told to stop."),
    LOG_FORMAT("text|json", "text", "How to log, to the standard error."),
    LOG_LEVEL("error|warn|info|debug", "info", "What to log; debug adds a line for every call.");

    private final String label;
    private final Optional<String> defaultText;
    private final String description;

    Setting(String label, @Nullable String defaultText, String description) {
        this.label = label;
        this.defaultText = Optional.ofNullable(defaultText);
        this.description = description;
    }

    /// Such as `--drain-timeout`.
    String flag() {
        return "--" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Such as `TOKENSTORE_DRAIN_TIMEOUT`.
    String variable() {
        return "TOKENSTORE_" + name();
    }

    /// The value of the flag when it stands alone; empty if it cannot.
    Optional<String> bareValue() {
        return switch (this) {
            case ALLOW_REMOTE_CONNECTIONS_WITHOUT_AUTHENTICATION -> Optional.of("true");
            case TCP -> Optional.of("127.0.0.1:50051");
            default -> Optional.empty();
        };
    }

    /// What a value looks like.
    String label() {
        return label;
    }

    /// The value it has when it is not set, in words where it depends on others; empty if it has none.
    Optional<String> defaultText() {
        return defaultText;
    }

    String description() {
        return description;
    }
}
