package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.store.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;

class SidecarDocumentationTest {
    private static final Path PAGE = Path.of("../docs/sidecar.md");

    @Test
    void documentsEverySettingAsTheCommandHasIt() throws IOException {
        var documented = Pattern.compile("^\\| `(--[a-z-]+)` \\| `([A-Z_]+)` \\| (.*?) \\|", Pattern.MULTILINE)
                .matcher(Files.readString(PAGE))
                .results()
                .map(row -> List.of(row.group(1), row.group(2), row.group(3)))
                .toList();

        assertThat(documented)
                .containsExactlyElementsOf(Arrays.stream(Setting.values())
                        .map(setting -> List.of(
                                setting.flag(),
                                setting.variable(),
                                setting.defaultText().orElse("-")))
                        .toList());
    }

    @Test
    void documentsEveryReasonOfTheStorage() throws IOException {
        var page = Files.readString(PAGE);

        assertThat(StorageException.Reason.values())
                .allSatisfy(reason -> assertThat(page).contains("`" + reason.name() + "`"));
    }

    @Test
    void hasOneFlagPerSetting() {
        assertThat(SidecarCommand.create().getCommandSpec().options().stream()
                        .map(OptionSpec::longestName)
                        .filter(name -> !List.of("--help", "--version").contains(name)))
                .containsExactlyElementsOf(
                        Arrays.stream(Setting.values()).map(Setting::flag).toList());
    }

    @Test
    void helpsWithEveryFlagItsVariableAndItsDefault() {
        var help = SidecarCommand.create().getUsageMessage(Ansi.OFF).replaceAll("\\s+", " ");

        assertThat(help).startsWith("Usage: tokenstore-sidecar [OPTIONS]").contains("Exit codes:");
        assertThat(Setting.values()).allSatisfy(setting -> {
            assertThat(help).contains(setting.flag()).contains("(" + setting.variable() + ")");
            setting.defaultText().ifPresent(text -> assertThat(help).contains("Default: " + text + "."));
        });
    }
}
