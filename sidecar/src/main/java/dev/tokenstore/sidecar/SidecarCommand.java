package dev.tokenstore.sidecar;

import dev.tokenstore.runtime.program.ProgramCommandLine;
import dev.tokenstore.runtime.program.ProgramLog;
import dev.tokenstore.runtime.program.ProgramVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// The options of the sidecar. What they mean together, [SidecarConfig] decides.
@Command(
        name = "tokenstore-sidecar",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        subcommands = SidecarCheckCommand.class,
        description = "Serves the tokens of one store over gRPC, to programs on the same machine or in the same pod.%n",
        footer = {
            "",
            "Every option can be given as an environment variable too; the option wins.",
            "Durations are Go durations: 500ms, 10s, 5m, 1h30m.",
            "Exit codes: 0 stopped after all calls had finished, 1 could not start, 2 an option is wrong,",
            "3 stopped, but calls were cut off."
        })
final class SidecarCommand implements Callable<Integer> {
    private final Map<String, String> environment;
    private final ToIntFunction<SidecarConfig> program;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--store",
            paramLabel = "[NAMESPACE/]NAME",
            description = "The OAuthTokenStore to serve, in the pod's own namespace unless one is named."
                    + " (TOKENSTORE_STORE)")
    @Nullable String store;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description = "The namespace of a store that is named without one."
                    + " Default: the pod's own, or the kubeconfig's. (TOKENSTORE_NAMESPACE)")
    @Nullable String namespace;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "The kubeconfig to use."
                    + " Default: the pod's service account, or where kubectl looks. (TOKENSTORE_KUBECONFIG)")
    @Nullable String kubeconfig;

    @Option(
            names = "--serve-stale-for",
            paramLabel = "DURATION",
            converter = Delay.class,
            description = "How long valid tokens that were read before are served while the API server is away; 0s: not"
                    + " at all. Default: 5m. (TOKENSTORE_SERVE_STALE_FOR)")
    @Nullable Duration serveStaleFor;

    @Option(
            names = "--embedded",
            paramLabel = "DIR|FILE|memory",
            description =
                    "Keep the tokens on this machine instead of in a cluster: in tokens.db in a directory, or in a file"
                            + " that ends in .db, made if it is missing and readable by its owner alone; or in the memory of this"
                            + " process, where they end with it."
                            + " (TOKENSTORE_EMBEDDED)")
    @Nullable String embedded;

    @Option(
            names = "--session-timeout",
            paramLabel = "DURATION",
            converter = AtLeastOneSecond.class,
            description = "With --embedded: a token that was neither saved nor read for this long is over and deleted."
                    + " Default: never. (TOKENSTORE_SESSION_TIMEOUT)")
    @Nullable Duration sessionTimeout;

    @Option(
            names = "--max-token-age",
            paramLabel = "DURATION",
            converter = AtLeastOneSecond.class,
            description = "With --embedded: a token that was first saved this long ago is over and deleted."
                    + " Default: never. (TOKENSTORE_MAX_TOKEN_AGE)")
    @Nullable Duration maxTokenAge;

    @Option(
            names = "--cleanup-session-ended-after",
            paramLabel = "DURATION",
            converter = Delay.class,
            description =
                    "With --embedded: how long after its session is over a token is deleted; reads miss it before."
                            + " Default: 0s. (TOKENSTORE_CLEANUP_SESSION_ENDED_AFTER)")
    @Nullable Duration cleanupSessionEndedAfter;

    @Option(
            names = "--cleanup-expired-after",
            paramLabel = "DURATION",
            converter = Delay.class,
            description =
                    "With --embedded: how long after its access token expired a token is deleted that holds nothing"
                            + " to renew it with. Default: never. (TOKENSTORE_CLEANUP_EXPIRED_AFTER)")
    @Nullable Duration cleanupExpiredAfter;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description = "With --embedded: new tokens are refused once there are this many."
                    + " Default: no limit. (TOKENSTORE_MAX_TOKENS)")
    @Nullable Integer maxTokens;

    @Option(
            names = "--tcp",
            arity = "0..1",
            fallbackValue = "127.0.0.1:50051",
            paramLabel = "[HOST:]PORT|off",
            converter = Endpoint.Converter.class,
            description =
                    "Where to serve gRPC over TCP. Whoever reaches it may use every token, so it must be a loopback"
                            + " address. Port 0: any free one. Default: 127.0.0.1:50051; off with --embedded. (TOKENSTORE_TCP)")
    @Nullable Endpoint tcp;

    @Option(
            names = "--allow-remote-connections-without-authentication",
            arity = "0..1",
            fallbackValue = "true",
            paramLabel = "true|false",
            description =
                    "Serve on an address that others can reach. There is no authentication: everyone who can connect"
                            + " can read, change and delete every token."
                            + " Default: false. (TOKENSTORE_ALLOW_REMOTE_CONNECTIONS_WITHOUT_AUTHENTICATION)")
    boolean allowRemoteConnections;

    @Option(
            names = "--socket",
            paramLabel = "PATH|off",
            description =
                    "Where to serve gRPC over a Unix socket. Default: off; with --embedded tokenstore.sock beside the file,"
                            + " or in a directory of the user for memory. (TOKENSTORE_SOCKET)")
    @Nullable String socket;

    @Option(
            names = "--socket-mode",
            paramLabel = "OCTAL",
            converter = FileMode.class,
            description = "Who may connect to the Unix socket. In a pod the volume that holds it is the boundary."
                    + " Default: 0666; 0600 with --embedded. (TOKENSTORE_SOCKET_MODE)")
    @Nullable Integer socketMode;

    @Option(
            names = "--metrics",
            paramLabel = "[HOST:]PORT|off",
            converter = Endpoint.Converter.class,
            description =
                    "Where to serve /metrics, /livez and /readyz over HTTP. They hold no token. Default: 0.0.0.0:9464"
                            + " in a pod, where the kubelet probes it, else 127.0.0.1:9464; off with --embedded."
                            + " (TOKENSTORE_METRICS)")
    @Nullable Endpoint metrics;

    @Option(
            names = "--health",
            paramLabel = "[HOST:]PORT|off",
            converter = Endpoint.Converter.class,
            description =
                    "Where to serve grpc.health.v1.Health alone, for the gRPC probes of a kubelet: a failed probe's"
                            + " message says why the store did not answer. It holds no token. Default: off. (TOKENSTORE_HEALTH)")
    @Nullable Endpoint health;

    @Option(
            names = "--max-message-bytes",
            paramLabel = "N",
            converter = AtLeast1024.class,
            description = "The largest request that is accepted. Default: 1048576. (TOKENSTORE_MAX_MESSAGE_BYTES)")
    int maxMessageBytes = 1024 * 1024;

    @Option(
            names = "--max-concurrent-calls",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description = "How many calls may be in flight at once; more are refused."
                    + " Default: 256. (TOKENSTORE_MAX_CONCURRENT_CALLS)")
    int maxConcurrentCalls = 256;

    @Option(
            names = "--default-deadline",
            paramLabel = "DURATION",
            converter = MoreThanZero.class,
            description = "The deadline of a call whose caller set none. Default: 15s. (TOKENSTORE_DEFAULT_DEADLINE)")
    Duration defaultDeadline = Duration.ofSeconds(15);

    @Option(
            names = "--drain-timeout",
            paramLabel = "DURATION",
            description = "How long calls may take to finish after SIGTERM. Default: 10s. (TOKENSTORE_DRAIN_TIMEOUT)")
    Duration drainTimeout = Duration.ofSeconds(10);

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            description = "The format of the log, on the standard error. Default: text. (TOKENSTORE_LOG_FORMAT)")
    ProgramLog.Format logFormat = ProgramLog.Format.TEXT;

    @Option(
            names = "--log-level",
            paramLabel = "error|warn|info|debug",
            description = "What to log; debug adds a line for every call. Default: info. (TOKENSTORE_LOG_LEVEL)")
    ProgramLog.Level logLevel = ProgramLog.Level.INFO;

    private SidecarCommand(Map<String, String> environment, ToIntFunction<SidecarConfig> program) {
        this.environment = environment;
        this.program = program;
    }

    /// Returns the command line.
    ///
    /// @param program runs with the options until the process ends, and returns the exit code
    static CommandLine commandLine(Map<String, String> environment, ToIntFunction<SidecarConfig> program) {
        return ProgramCommandLine.of(new SidecarCommand(environment, program), environment);
    }

    @Override
    public Integer call() {
        return program.applyAsInt(SidecarConfig.of(this, environment.containsKey("KUBERNETES_SERVICE_HOST")));
    }

    /// Returns the directory of a socket that belongs to no file: the user's runtime directory, else a directory of the
    /// user among the temporary files.
    Path runtimeDirectory() {
        var directory = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        return directory.isEmpty()
                ? Path.of(System.getProperty("java.io.tmpdir"), "oauth-token-store-" + System.getProperty("user.name"))
                : Path.of(directory, "oauth-token-store");
    }

    /// Returns the name by which the user gave an option, for messages.
    String name(String flag) {
        return ProgramCommandLine.nameGiven(
                spec.findOption(flag), spec.commandLine().getParseResult().originalArgs(), environment);
    }

    /// Returns the refusal of a combination of options.
    ParameterException refusal(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private static final class AtLeastOneSecond implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return ProgramCommandLine.durationAtLeast(
                    Duration.ofSeconds(1), text, "give a Go duration of at least one second, such as 12h or 1h30m");
        }
    }

    private static final class Delay implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return ProgramCommandLine.durationAtLeast(
                    Duration.ZERO, text, "give a Go duration that is not negative, such as 24h; 0s means at once");
        }
    }

    private static final class MoreThanZero implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return ProgramCommandLine.durationAtLeast(
                    Duration.ofNanos(1), text, "give a Go duration of more than zero, such as 500ms or 10s");
        }
    }

    private static int wholeNumber(String text, int least) {
        if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < least) {
            throw new TypeConversionException("give a whole number, at least " + least);
        }
        return Integer.parseInt(text);
    }

    private static final class AtLeastOne implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return wholeNumber(text, 1);
        }
    }

    private static final class AtLeast1024 implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return wholeNumber(text, 1024);
        }
    }

    private static final class FileMode implements ITypeConverter<Integer> {
        private static final Pattern OCTAL = Pattern.compile("0?[0-7]{3}");

        @Override
        public Integer convert(String text) {
            if (!OCTAL.matcher(text).matches()) {
                throw new TypeConversionException("give three octal digits, such as 0660");
            }
            return Integer.parseInt(text, 8);
        }
    }
}
