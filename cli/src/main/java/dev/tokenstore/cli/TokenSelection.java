package dev.tokenstore.cli;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options that name one token; a picocli mixin.
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

    /// Whether any of the options is given.
    boolean isGiven() {
        return id != null || user != null || client != null;
    }

    /// Returns the token that the options name.
    ///
    /// @throws CommandException if they name none or several, or the store has no such token
    StoredToken in(StoreAccess store) {
        if ((id == null) == (user == null) || (client != null && user == null)) {
            throw CommandException.usage(
                    "give either the id of a token, or --user and, if that user has several, --client");
        }
        var found = id != null ? store.findById(new TokenId(id)) : store.find(userAndClient());
        return found.orElseThrow(() -> new CommandException(
                ExitCode.NOT_FOUND,
                "there is no such token in " + store.description() + "; \"tokenstore list\" lists those there are"));
    }

    private TokenFields userAndClient() {
        var wanted = user == null ? TokenFields.NONE : TokenFields.NONE.with(TokenField.USER_SIGNATURE, user);
        return client == null ? wanted : wanted.with(TokenField.CLIENT_ID, client);
    }
}
