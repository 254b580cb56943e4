package dev.tokenstore.sidecar;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import dev.tokenstore.sidecar.SidecarConfig.LogConfig;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// The program's log, on the standard error.
///
/// The level is that of our own loggers; libraries log from WARN on, whatever was asked for, because at DEBUG netty
/// would log the bytes of every message, and with them tokens.
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class ProgramLog extends ContextAwareBase implements Configurator {
    private static final String OURS = "dev.tokenstore";

    /// Warns that the project's own API is v1alpha1.
    private static final String UNSTABLE_VERSIONS = "io.fabric8.kubernetes.client.dsl.internal.VersionUsageUtils";

    /// Warns, with a stack, of every message over the limit; the caller is told, and must not fill the log.
    private static final String REFUSED_MESSAGES = "io.grpc.netty.NettyServerStream";

    private static final String LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %-5level %logger{0}: %msg %kvp%n%ex";

    /// Called by logback when it is first used.
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        apply(context, new LogConfig(LogConfig.Format.TEXT, LogConfig.Level.INFO));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// Logs as the settings say from now on, what libraries log through java.util.logging included.
    static void configure(LogConfig config) {
        apply((LoggerContext) LoggerFactory.getILoggerFactory(), config);
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    private static void apply(LoggerContext context, LogConfig config) {
        context.reset();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder(context, config.format()));
        appender.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        context.getLogger(REFUSED_MESSAGES).setLevel(Level.ERROR);
        context.getLogger(UNSTABLE_VERSIONS).setLevel(Level.ERROR);
        context.getLogger(OURS)
                .setLevel(
                        switch (config.level()) {
                            case ERROR -> Level.ERROR;
                            case WARN -> Level.WARN;
                            case INFO -> Level.INFO;
                            case DEBUG -> Level.DEBUG;
                        });
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogConfig.Format format) {
        return switch (format) {
            case TEXT -> {
                var text = new PatternLayoutEncoder();
                text.setContext(context);
                text.setPattern(LINE);
                text.start();
                yield text;
            }
            case JSON -> {
                var json = new JsonEncoder();
                json.setContext(context);
                json.setWithFormattedMessage(true);
                json.setWithMessage(false);
                json.setWithArguments(false);
                json.setWithSequenceNumber(false);
                json.setWithNanoseconds(false);
                json.setWithContext(false);
                json.start();
                yield json;
            }
        };
    }
}
