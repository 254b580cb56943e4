package dev.tokenstore.cli;

import dev.tokenstore.cli.output.AccessTokenState;
import dev.tokenstore.cli.output.TokenOutput;
import dev.tokenstore.cli.output.TokenView;
import dev.tokenstore.cli.store.StoreOptions;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Makes the SDKs renew an access token.
@Command(
        name = "expire",
        description = {
            "Makes apps renew an access token that leaked or that the provider no longer takes: declares it expired, so"
                    + " that their SDKs get a new one with the stored refresh token at their next call. No SDK does so by"
                    + " itself when the provider refuses a token.%n",
            "The old access token is not revoked: until it expires at the provider, whoever has it can use it."
                    + " If the refresh token leaked, too, revoke it at the provider and delete the token here.%n"
        })
final class ExpireCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private TokenSelection selection = new TokenSelection();

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() {
        var commandLine = spec.commandLine();
        var err = commandLine.getErr();
        var clock = InstantSource.system();
        try (var store = options.open(err)) {
            var outcome = new Expiry(store, clock).expire(selection.in(store));
            new TokenOutput(output.format(), commandLine.getOut())
                    .one(new TokenView(outcome.token(), false, clock.instant()));
            commandLine.getOut().flush();
            err.println(outcome.sentence());
            if (!AccessTokenState.isRenewable(outcome.token())) {
                err.println("Warning: nothing is stored that could renew it: the app's calls fail until someone logs in"
                        + " again.");
            }
        }
        return ExitCode.OK.number();
    }
}
