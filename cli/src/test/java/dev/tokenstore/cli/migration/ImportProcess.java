package dev.tokenstore.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `tokenstore import` as it is shipped, as a process of its own.
final class ImportProcess extends ProgramProcess {
    private ImportProcess(Program program, Path folder) {
        super(program, folder);
    }

    /// @param folder where its output goes
    static ImportProcess start(Path folder, Map<String, String> environment, List<String> arguments) {
        var all = new ArrayList<>(List.of("import"));
        all.addAll(arguments);
        var jar = Path.of("target/tokenstore.jar");
        return new ImportProcess(new Program("import", jar, List.of("-Xmx256m"), all, environment), folder);
    }

    /// Waits for its end.
    Result result() {
        return new Result(exitCode(Duration.ofMinutes(4)), out(), err());
    }

    /// How it ended.
    record Result(int exitCode, String out, String err) {
        Result done() {
            assertThat(err).isEmpty();
            assertThat(exitCode).isZero();
            return this;
        }
    }
}
