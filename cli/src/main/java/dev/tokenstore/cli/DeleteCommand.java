package dev.tokenstore.cli;

import dev.tokenstore.cli.output.Printable;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreOptions;
import dev.tokenstore.client.TokenRecord;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Deletes a token, or all.
@Command(
        name = "delete",
        description = {
            "Deletes one token, or with --all every token of the store. Asks first.%n",
            "Deleting does not revoke: whoever has a copy of the token can go on using it; revoke it at the provider."
                    + " A deleted refresh token cannot be brought back: someone must consent again.%n"
        })
final class DeleteCommand implements Callable<Integer> {
    private static final String NOT_REVOKED = "It was not revoked at the provider.";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private TokenSelection selection = new TokenSelection();

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Option(names = "--all", description = "Delete every token of the store.")
    private boolean all;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    @Override
    public Integer call() {
        if (all == selection.isGiven()) {
            throw new CommandException(ExitCode.USAGE, "give either a token to delete, or --all");
        }
        var err = spec.commandLine().getErr();
        var confirmation = Confirmation.atTheTerminal(err);
        try (var store = options.open(err)) {
            if (all) {
                deleteAll(store, confirmation);
            } else {
                deleteOne(store, selection.in(store), confirmation);
            }
        }
        return ExitCode.OK.number();
    }

    private void deleteAll(StoreAccess store, Confirmation confirmation) {
        if (!yes) {
            confirmation.require("Delete every token of " + store.description() + "? This cannot be undone.");
        }
        spec.commandLine().getErr().println("Deleting every token of " + store.description() + " ...");
        var deleted = store.deleteAll();
        spec.commandLine()
                .getOut()
                .println(
                        deleted == 1
                                ? "1 token deleted. " + NOT_REVOKED
                                : deleted + " tokens deleted. They were not revoked at the provider.");
    }

    private void deleteOne(StoreAccess store, TokenRecord token, Confirmation confirmation) {
        var id = token.id().orElseThrow();
        if (!yes) {
            var user = token.userSignature()
                    .map(name -> " of user " + Printable.of(name))
                    .orElse(" without user");
            confirmation.require("Delete token " + Printable.of(id) + user + " from " + store.description()
                    + "? This cannot be undone.");
        }
        store.delete(id);
        spec.commandLine().getOut().println("Token " + Printable.of(id) + " deleted. " + NOT_REVOKED);
    }
}
