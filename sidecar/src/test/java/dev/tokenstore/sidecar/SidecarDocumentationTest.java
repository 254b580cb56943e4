package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.store.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

class SidecarDocumentationTest {
    private static final CommandLine COMMAND = SidecarCommand.commandLine(Map.of(), config -> 0);
    private static final Pattern FORM =
            Pattern.compile("(?s).*?\\.(?: Default: (?<default>.*)\\.)? \\((?<variable>TOKENSTORE_[A-Z_]+)\\)");
    private static final Path PAGE = Path.of("../docs/sidecar.md");

    @Test
    void documentsEveryOptionWithItsVariableAndItsDefault() throws IOException {
        var documented = Pattern.compile("^\\| `(--[a-z-]+)` \\| `([A-Z_]+)` \\| (.*?) \\|", Pattern.MULTILINE)
                .matcher(Files.readString(PAGE))
                .results()
                .map(row -> List.of(row.group(1), row.group(2), row.group(3)))
                .toList();

        assertThat(documented).isEqualTo(options());
    }

    @Test
    void documentsEveryReasonOfTheStorage() throws IOException {
        var page = Files.readString(PAGE);

        assertThat(StorageException.Reason.values())
                .allSatisfy(reason -> assertThat(page).contains("`" + reason.name() + "`"));
    }

    @Test
    void helpsWithEveryOptionAndTheExitCodes() {
        var help = COMMAND.getUsageMessage(Ansi.OFF).replaceAll("\\s+", " ");

        assertThat(help).startsWith("Usage: tokenstore-sidecar [OPTIONS]").contains("Exit codes:");
        assertThat(options())
                .hasSizeGreaterThan(20)
                .allSatisfy(option -> assertThat(help).contains(option.get(0), "(" + option.get(1) + ")"));
    }

    /// Name, variable and default of each option, as its description states them.
    private static List<List<String>> options() {
        return COMMAND.getCommandSpec().options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .map(option -> {
                    var description = FORM.matcher(option.description()[0]);
                    assertThat(description.matches()).as(option.longestName()).isTrue();
                    return List.of(
                            option.longestName(),
                            description.group("variable"),
                            Optional.ofNullable(description.group("default")).orElse("-"));
                })
                .toList();
    }
}
