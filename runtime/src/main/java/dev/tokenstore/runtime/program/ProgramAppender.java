package dev.tokenstore.runtime.program;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.ConsoleAppender;
import dev.tokenstore.runtime.RateLimiter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/// Writes the program's log to the standard error. What libraries log is bounded: a flood of one message costs a line a
/// minute, with the number of those left out, and a warning has the name of its cause instead of a stack trace.
final class ProgramAppender extends ConsoleAppender<ILoggingEvent> {
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    /// Messages are constant texts; a library that builds them from its input must not fill the memory.
    private static final int MAX_MESSAGES = 200;

    private final String project;
    private final boolean showsTraces;
    private final LongSupplier nanoTime;
    private final Map<String, Flood> floods = new ConcurrentHashMap<>();

    private record Flood(RateLimiter limiter, AtomicInteger leftOut) {}

    /// @param project loggers of this name and below are written as they are
    /// @param showsTraces whether warnings of libraries keep their stack traces
    /// @param nanoTime a monotonic clock, in nanoseconds
    ProgramAppender(String project, boolean showsTraces, LongSupplier nanoTime) {
        this.project = project;
        this.showsTraces = showsTraces;
        this.nanoTime = nanoTime;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (event.getLoggerName().startsWith(project)) {
            super.append(event);
            return;
        }
        if (floods.size() >= MAX_MESSAGES) {
            floods.clear();
        }
        var flood = floods.computeIfAbsent(
                event.getLoggerName() + event.getMessage(),
                key -> new Flood(new RateLimiter(1, INTERVAL, nanoTime), new AtomicInteger()));
        if (flood.limiter().tryAcquire()) {
            super.append(condensed(event, flood.leftOut().getAndSet(0)));
        } else {
            flood.leftOut().incrementAndGet();
        }
    }

    private ILoggingEvent condensed(ILoggingEvent event, int leftOut) {
        var failure = event.getThrowableProxy();
        var dropsTrace = failure != null && !showsTraces && !event.getLevel().isGreaterOrEqual(Level.ERROR);
        if (!dropsTrace && leftOut == 0) {
            return event;
        }
        var message = new StringBuilder(event.getFormattedMessage());
        if (dropsTrace) {
            message.append(" (").append(simpleName(rootOf(failure))).append(')');
        }
        if (leftOut > 0) {
            message.append(" (and ").append(leftOut).append(" more like this since the last such line)");
        }
        var condensed = new LoggingEvent();
        condensed.setLoggerContext((LoggerContext) getContext());
        condensed.setLoggerName(event.getLoggerName());
        condensed.setLevel(event.getLevel());
        condensed.setThreadName(event.getThreadName());
        condensed.setInstant(event.getInstant());
        condensed.setMessage(message.toString());
        if (!dropsTrace && failure instanceof ThrowableProxy proxy) {
            condensed.setThrowableProxy(proxy);
        }
        return condensed;
    }

    private static IThrowableProxy rootOf(IThrowableProxy failure) {
        var root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String simpleName(IThrowableProxy failure) {
        var name = failure.getClassName();
        return name.substring(Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')) + 1);
    }
}
