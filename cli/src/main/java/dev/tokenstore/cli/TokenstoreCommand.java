package dev.tokenstore.cli;

import dev.tokenstore.cli.check.CheckCommand;
import dev.tokenstore.cli.injection.InjectCommand;
import dev.tokenstore.cli.migration.ImportCommand;
import dev.tokenstore.runtime.program.ProgramVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/// The command `tokenstore`; only its subcommands do anything.
@Command(
        name = "tokenstore",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = ProgramVersion.class,
        description = "Shows and changes the tokens of one store: through its sidecar, or with --store directly in a"
                + " cluster.%n",
        subcommands = {
            ListCommand.class,
            ShowCommand.class,
            ExpireCommand.class,
            DeleteCommand.class,
            CheckCommand.class,
            ImportCommand.class,
            InjectCommand.class
        })
final class TokenstoreCommand {}
