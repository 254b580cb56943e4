package dev.tokenstore.sidecar;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// The command line: one flag per [Setting], `--help` and `--version`.
final class SidecarCommand {
    private static final String NAME = "tokenstore-sidecar";

    private SidecarCommand() {}

    static CommandLine create() {
        var spec = CommandSpec.create().name(NAME).mixinStandardHelpOptions(true);
        spec.version("tokenstore-sidecar " + version());
        spec.usageMessage()
                .width(100)
                .sortOptions(false)
                .abbreviateSynopsis(true)
                .description(
                        "Serves the tokens of one store over gRPC, to programs on the same machine or in the same pod.%n")
                .footer(
                        "",
                        "Every setting can be given as an environment variable too; a flag wins.",
                        "Durations: 500ms, 10s, 5m, 1h; those of tokens also 1h30m.",
                        "tokenstore-sidecar check --help: tries a sidecar that runs.",
                        "Exit codes: 0 stopped after all calls had finished, 1 could not start, 2 a setting is wrong,",
                        "3 stopped, but calls were cut off.");
        for (var setting : Setting.values()) {
            spec.addOption(option(setting));
        }
        return new CommandLine(spec);
    }

    private static OptionSpec option(Setting setting) {
        var description = new StringBuilder(setting.description());
        setting.defaultText()
                .ifPresent(text -> description.append(" Default: ").append(text).append('.'));
        description.append(" (").append(setting.variable()).append(')');
        var option = OptionSpec.builder(setting.flag())
                .type(String.class)
                .paramLabel(setting.label())
                .arity("1")
                .description(description.toString());
        setting.bareValue().ifPresent(value -> option.arity("0..1").fallbackValue(value));
        return option.build();
    }

    /// Returns the flags' values.
    static Map<Setting, String> flagsOf(ParseResult parsed) {
        var flags = new EnumMap<Setting, String>(Setting.class);
        for (var setting : Setting.values()) {
            Optional.ofNullable(parsed.<String>matchedOptionValue(setting.flag(), null))
                    .ifPresent(value -> flags.put(setting, value));
        }
        return flags;
    }

    /// The build's version, as the jar's manifest says.
    static String version() {
        return Optional.ofNullable(SidecarCommand.class.getPackage().getImplementationVersion())
                .orElse("(not built as a jar)");
    }
}
