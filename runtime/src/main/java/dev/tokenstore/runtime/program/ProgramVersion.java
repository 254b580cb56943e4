package dev.tokenstore.runtime.program;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The version of the build, as the jar's manifest states it; picocli's answer to `--version`.
public final class ProgramVersion implements IVersionProvider {
    @Spec
    private CommandSpec command = CommandSpec.create();

    /// Returns the version of the jar that holds `program`.
    public static String of(Class<?> program) {
        return Optional.ofNullable(program.getPackage().getImplementationVersion())
                .orElse("(not built as a jar)");
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            command.root().name() + " " + of(command.root().userObject().getClass())
        };
    }
}
