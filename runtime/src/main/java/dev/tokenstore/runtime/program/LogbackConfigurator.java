package dev.tokenstore.runtime.program;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;

/// Sets logback up in code, so that no program parses XML at its start. Logback finds it as a service.
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class LogbackConfigurator extends ContextAwareBase implements Configurator {
    private static final String PROJECT = "dev.tokenstore";
    private static final String LINE = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %-5level %logger{0}: %msg %kvp%n%ex";

    /// Loggers whose warnings say nothing that the project does not log itself, or nothing a user can act on.
    private static final List<String> SILENCED = List.of(
            // warns that the project's own API is v1alpha1
            "io.fabric8.kubernetes.client.dsl.internal.VersionUsageUtils",
            // logs a stack trace for every message over the size limit; the caller gets RESOURCE_EXHAUSTED
            "io.grpc.netty.NettyServerStream",
            // the operator logs watches that fail, and a failed start, in its own words
            "io.fabric8.kubernetes.client.informers.impl.cache.Reflector",
            "io.javaoperatorsdk.operator.processing.event.source.informer.InformerWrapper");

    /// Called by logback when it is first used: text from INFO on, until [ProgramLog#configure].
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        apply(context, ProgramLog.Format.TEXT, ProgramLog.Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    static void apply(LoggerContext context, ProgramLog.Format format, ProgramLog.Level level) {
        context.reset();
        var appender = new ProgramAppender(PROJECT, level == ProgramLog.Level.DEBUG, System::nanoTime);
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder(context, format));
        appender.start();
        var root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(ch.qos.logback.classic.Level.WARN);
        root.addAppender(appender);
        SILENCED.forEach(name -> context.getLogger(name).setLevel(ch.qos.logback.classic.Level.OFF));
        context.getLogger(PROJECT).setLevel(ch.qos.logback.classic.Level.toLevel(level.name()));
    }

    private static Encoder<ILoggingEvent> encoder(LoggerContext context, ProgramLog.Format format) {
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
                json.setWithMDC(false);
                json.start();
                yield json;
            }
        };
    }
}
