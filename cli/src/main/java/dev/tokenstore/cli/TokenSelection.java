package dev.tokenstore.cli;

import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.client.TokenRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Which token a command is about; a picocli mixin.
final class TokenSelection {
    @Parameters(arity = "0..1", paramLabel = "ID", description = "The token's id.")
    private @Nullable String id;

    @Option(
            names = "--user",
            paramLabel = "USER",
            description = "Instead of an id: the token of that user, as the SDK names it (user_signature).")
    private @Nullable String user;

    @Option(
            names = "--client",
            paramLabel = "CLIENT_ID",
            description = "With --user: of that OAuth client, for a user who has several.")
    private @Nullable String client;

    /// Whether the command line names a token at all.
    boolean isGiven() {
        return id != null || user != null || client != null;
    }

    /// The token that the command line names.
    ///
    /// @throws CommandException if it names none or several, or there is none
    TokenRecord in(StoreAccess store) {
        if ((id == null) == (user == null) || (client != null && user == null)) {
            throw new CommandException(
                    ExitCode.USAGE, "give either the id of a token, or --user and, if that user has several, --client");
        }
        var found = id != null
                ? store.findById(id)
                : store.find(TokenRecord.builder()
                        .userSignature(user)
                        .clientId(client)
                        .build());
        return found.orElseThrow(() -> new CommandException(
                ExitCode.NOT_FOUND,
                "there is no such token in " + store.description() + "; \"tokenstore list\" lists those there are"));
    }
}
