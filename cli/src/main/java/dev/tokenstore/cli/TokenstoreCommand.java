package dev.tokenstore.cli;

import dev.tokenstore.cli.injection.InjectCommand;
import dev.tokenstore.cli.migration.ImportCommand;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ScopeType;

/// `tokenstore`, which has subcommands and does nothing itself.
@Command(
        name = "tokenstore",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = TokenstoreCommand.Version.class,
        description =
                "Looks at and changes the tokens of one store: of the one that a sidecar serves, or with --store of"
                        + " one in a cluster.%n",
        subcommands = {
            ListCommand.class,
            ShowCommand.class,
            ExpireCommand.class,
            DeleteCommand.class,
            CheckCommand.class,
            ImportCommand.class,
            InjectCommand.class
        })
final class TokenstoreCommand {
    /// The build's version, as the jar's manifest says.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"tokenstore " + text()};
        }

        static String text() {
            return Optional.ofNullable(TokenstoreMain.class.getPackage().getImplementationVersion())
                    .orElse("(not built as a jar)");
        }
    }
}
