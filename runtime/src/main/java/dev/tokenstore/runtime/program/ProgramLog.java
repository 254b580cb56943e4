package dev.tokenstore.runtime.program;

import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/// The log of a program, on the standard error, as text or as one JSON object per line.
///
/// The level applies to the project's own loggers. Libraries log from WARN on whatever the level is: at DEBUG netty
/// would log the bytes of every message, and with them tokens. Stack traces of their warnings are logged at DEBUG
/// alone,
/// and a message that is repeated once a minute.
public final class ProgramLog {
    private ProgramLog() {}

    /// How log lines are written.
    public enum Format {
        TEXT,
        JSON
    }

    /// The least severe level that is logged.
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG
    }

    /// Sets format and level, and routes what libraries log through `java.util.logging` to this log.
    public static void configure(Format format, Level level) {
        LogbackConfigurator.apply((LoggerContext) LoggerFactory.getILoggerFactory(), format, level);
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }
}
