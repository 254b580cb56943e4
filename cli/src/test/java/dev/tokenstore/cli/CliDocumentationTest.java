package dev.tokenstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.cli.store.StoreOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

class CliDocumentationTest {
    private static final Path PAGE = Path.of("../docs/cli.md");
    private static final Pattern OPTION = Pattern.compile("^\\| `(?:-[a-z], )?(--[a-z-]+)", Pattern.MULTILINE);

    /// Commands that have a page of their own.
    private static final Map<String, Path> ELSEWHERE =
            Map.of("import", Path.of("../docs/migrate.md"), "inject", Path.of("../docs/inject.md"));

    private static final Set<String> OF_ALL = Set.of("--help", "--version");

    private final CommandLine program =
            TokenstoreMain.commandLine(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()));

    @Test
    void documentsEveryCommandWithItsOwnOptions() throws IOException {
        for (var command : program.getSubcommands().entrySet()) {
            var own = optionsOf(command.getValue().getCommandSpec())
                    .filter(option -> !storeOptions().contains(option))
                    .collect(Collectors.toSet());

            if (ELSEWHERE.containsKey(command.getKey())) {
                assertThat(Files.readString(ELSEWHERE.get(command.getKey()))).contains(own);
            } else {
                assertThat(documentedIn(section("tokenstore " + command.getKey())))
                        .as(command.getKey())
                        .containsExactlyInAnyOrderElementsOf(own);
            }
        }
    }

    @Test
    void documentsTheOptionsThatNameAStore() throws IOException {
        assertThat(documentedIn(section("Which store"))).containsExactlyElementsOf(storeOptions());
    }

    @Test
    void documentsNoCommandThatIsNotThere() throws IOException {
        var documented = Pattern.compile("^## tokenstore ([a-z]+)$", Pattern.MULTILINE)
                .matcher(Files.readString(PAGE))
                .results()
                .map(heading -> heading.group(1))
                .toList();

        assertThat(program.getSubcommands().keySet()).containsAll(documented);
    }

    @Test
    void documentsEveryExitCode() throws IOException {
        var documented = Pattern.compile("^\\| ([0-9]) \\| (.*) \\|$", Pattern.MULTILINE)
                .matcher(section("Exit codes"))
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .toList();

        assertThat(documented)
                .containsExactlyElementsOf(Arrays.stream(ExitCode.values())
                        .map(code -> code.number() + " " + code.meaning())
                        .toList());
    }

    @Test
    void helpsWithEveryCommand() {
        assertThat(program.getSubcommands().values())
                .allSatisfy(command -> assertThat(command.getUsageMessage(CommandLine.Help.Ansi.OFF))
                        .startsWith("Usage: tokenstore " + command.getCommandName()));
    }

    private static List<String> storeOptions() {
        return optionsOf(CommandSpec.forAnnotatedObject(new StoreOptions())).toList();
    }

    private static Stream<String> optionsOf(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.hidden())
                .map(OptionSpec::longestName)
                .filter(name -> !OF_ALL.contains(name));
    }

    private static List<String> documentedIn(String section) {
        return OPTION.matcher(section).results().map(option -> option.group(1)).toList();
    }

    private static String section(String heading) throws IOException {
        var page = Files.readString(PAGE);
        var start = page.indexOf("\n## " + heading + "\n");
        assertThat(start).as("a section \"%s\" in %s", heading, PAGE).isNotNegative();
        var end = page.indexOf("\n## ", start + 1);
        return page.substring(start, end < 0 ? page.length() : end);
    }
}
