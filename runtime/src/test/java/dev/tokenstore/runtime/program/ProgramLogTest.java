package dev.tokenstore.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ProgramLogTest {
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @AfterEach
    void restore() {
        System.setErr(standardError);
        ProgramLog.configure(ProgramLog.Format.TEXT, ProgramLog.Level.INFO);
    }

    @Test
    void writesLinesWithTheirKeyValues() {
        configure(ProgramLog.Format.TEXT, ProgramLog.Level.INFO);

        LoggerFactory.getLogger(ProgramLogTest.class)
                .atInfo()
                .addKeyValue("store", "crm")
                .log("served");

        assertThat(text())
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  ProgramLogTest: served store=\"crm\"\\R");
    }

    @Test
    void writesOneJsonObjectPerLine() {
        configure(ProgramLog.Format.JSON, ProgramLog.Level.INFO);

        LoggerFactory.getLogger(ProgramLogTest.class).warn("line one\nline two");

        assertThat(text()).hasLineCount(1).contains("\"level\":\"WARN\"", "line one\\nline two");
    }

    @Test
    void theLevelAppliesToTheProjectAndLibrariesLogFromWarnOn() {
        configure(ProgramLog.Format.TEXT, ProgramLog.Level.DEBUG);

        LoggerFactory.getLogger(ProgramLogTest.class).debug("ours");
        LoggerFactory.getLogger("io.netty.Example").info("theirs, not severe");
        Logger.getLogger("java.example").warning("theirs, severe");

        assertThat(text()).contains("ours", "theirs, severe").doesNotContain("not severe");
    }

    @Test
    void aFloodOfALibraryCostsOneLineWithoutATrace() {
        configure(ProgramLog.Format.TEXT, ProgramLog.Level.INFO);
        var library = LoggerFactory.getLogger("io.fabric8.Example");

        for (var i = 0; i < 100; i++) {
            library.warn("aborting connection {}", i, new IllegalStateException(new IOException("fixture-secret")));
        }
        library.warn("another");

        assertThat(text())
                .hasLineCount(2)
                .contains("aborting connection 0 (IOException)", "another")
                .doesNotContain("fixture-secret");
    }

    @Test
    void anErrorOfALibraryKeepsItsTrace() {
        configure(ProgramLog.Format.TEXT, ProgramLog.Level.INFO);

        LoggerFactory.getLogger("io.fabric8.Example").error("failed", new IllegalStateException());

        assertThat(text()).contains("failed", "IllegalStateException", "\tat ");
    }

    @Test
    void tracesOfLibrariesAreLoggedAtDebug() {
        configure(ProgramLog.Format.JSON, ProgramLog.Level.DEBUG);

        LoggerFactory.getLogger("io.fabric8.Example").warn("aborting", new IllegalStateException());

        assertThat(text()).contains("IllegalStateException", "stepArray");
    }

    private void configure(ProgramLog.Format format, ProgramLog.Level level) {
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        ProgramLog.configure(format, level);
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
