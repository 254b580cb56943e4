package dev.tokenstore.cli;

import dev.tokenstore.cli.output.AccessTokenState;
import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.cli.output.OutputOptions;
import dev.tokenstore.cli.output.TokenOutput;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreCommand;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Makes apps renew an access token.
@Command(
        name = "expire",
        description = {
            "Makes apps renew an access token that leaked or that the provider no longer accepts: declares it expired, so"
                    + " that their SDKs get a new one with the stored refresh token at their next call. No SDK does so by"
                    + " itself when the provider refuses a token.%n",
            "The old access token is not revoked: until it expires at the provider, whoever has it can use it."
                    + " If the refresh token leaked, too, revoke it at the provider and delete the token here.%n"
        })
final class ExpireCommand extends StoreCommand {
    /// Long enough that no pod's clock is behind the new expiry.
    private static final Duration AGO = Duration.ofMinutes(1);

    @Mixin
    private TokenSelection selection = new TokenSelection();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    protected ExitCode run(StoreAccess store) {
        var now = InstantSource.system().instant();
        var found = selection.in(store);
        switch (AccessTokenState.of(found.fields(), now)) {
            case NONE -> print(found, now, "Nothing to do: it has no access token; an SDK gets one at its next call.");
            case EXPIRED -> print(found, now, "Nothing to do: its access token had expired already.");
            case VALID, UNKNOWN ->
                print(expire(found, store, now), now, "Done: SDKs renew its access token at their next call.");
        }
        return ExitCode.OK;
    }

    /// Saves the expiry alone, and only if the token is still as it was read: an access token that an app renewed
    /// meanwhile is left alone.
    private static StoredToken expire(StoredToken found, StoreAccess store, Instant now) {
        var expiry = Long.toString(now.minus(AGO).toEpochMilli());
        return store.saveIfVersion(
                        TokenFields.of(Map.of(TokenField.ID, found.id().reveal(), TokenField.EXPIRES_IN, expiry)),
                        found.version())
                .orElseThrow(() -> CommandException.failed(
                        "nothing was done: the token was saved by someone else at this moment, perhaps renewed; look at"
                                + " it and, if need be, expire it again"));
    }

    private void print(StoredToken token, Instant now, String sentence) {
        new TokenOutput(output.format(), out(), false, now).one(token);
        out().flush();
        err().println(sentence);
        if (!token.fields().isRenewable()) {
            err().println("Warning: nothing is stored that could renew it: the app's calls fail until someone logs in"
                    + " again.");
        }
    }
}
