package dev.tokenstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/// A command line that was run, and what came of it.
record Command(int exitCode, String out, String err) {
    static Command run(List<String> where, String... args) {
        var all = new ArrayList<>(List.of(args));
        all.addAll(where);
        var out = new StringWriter();
        var err = new StringWriter();
        var code = TokenstoreMain.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
        return new Command(code, out.toString(), err.toString());
    }

    /// Runs it as the program that ships.
    static Command runAsProgram(List<String> where, String... args) {
        return runAsProgram(Map.of(), where, args);
    }

    /// Runs it as the program that ships.
    ///
    /// @param environment in addition to this process's
    static Command runAsProgram(Map<String, String> environment, List<String> where, String... args) {
        var all = new ArrayList<>(List.of(args));
        all.addAll(where);
        var program = new Program("tokenstore", Path.of("target/tokenstore.jar"), Program.SMALL, all, environment);
        try (var process = ProgramProcess.start(program, Path.of("target/logs"))) {
            return new Command(process.exitCode(), process.out(), process.err());
        }
    }

    Command endsWith(ExitCode code) {
        assertThat(exitCode).as("%s%s", out, err).isEqualTo(code.number());
        return this;
    }

    JsonNode json() {
        try {
            return new ObjectMapper().readTree(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The result of one check.
    String resultOf(String check) {
        return finding(check).get("result").asText();
    }

    String detailOf(String check) {
        return finding(check).get("detail").asText();
    }

    private JsonNode finding(String check) {
        return StreamSupport.stream(json().spliterator(), false)
                .filter(each -> each.get("check").asText().equals(check))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no check " + check + " in " + out));
    }
}
