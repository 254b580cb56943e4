package dev.tokenstore.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgramAppenderTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final AtomicLong nanoTime = new AtomicLong();
    private final LoggerContext context = new LoggerContext();

    private final PrintStream standardError = System.err;

    @AfterEach
    void restore() {
        System.setErr(standardError);
    }

    @BeforeEach
    void startAppender() {
        context.setMDCAdapter(new LogbackMDCAdapter());
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%msg%n%ex");
        encoder.start();
        var appender = new ProgramAppender("dev.tokenstore", false, nanoTime::get);
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setTarget("System.err");
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        appender.start();
        context.getLogger("ROOT").addAppender(appender);
    }

    @Test
    void countsWhatItLeavesOut() {
        var library = context.getLogger("io.example");

        for (var i = 0; i < 10; i++) {
            library.warn("broken {}", i);
        }
        nanoTime.addAndGet(Duration.ofMinutes(1).toNanos());
        library.warn("broken {}", 10);

        assertThat(written.toString(StandardCharsets.UTF_8))
                .isEqualToNormalizingNewlines("broken 0\nbroken 10 (and 9 more like this since the last such line)\n");
    }

    @Test
    void leavesOutNothingOfTheProject() {
        var ours = context.getLogger("dev.tokenstore.example");

        ours.warn("same");
        ours.warn("same");

        assertThat(written.toString(StandardCharsets.UTF_8)).hasLineCount(2);
    }

    @Test
    void boundsTheMessagesThatItRemembers() {
        var library = context.getLogger("io.example");

        for (var i = 0; i < 1_000; i++) {
            library.warn("built from input " + i);
        }

        assertThat(written.toString(StandardCharsets.UTF_8)).hasLineCount(1_000);
    }
}
