package dev.tokenstore.cli;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.cli.output.Printable;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreCommand;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenField;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Deletes a token, or all.
@Command(
        name = "delete",
        description = {
            "Deletes one token, or with --all every token of the store. Asks first.%n",
            "Deleting does not revoke: whoever has a copy of the token can go on using it; revoke it at the provider."
                    + " A deleted refresh token cannot be brought back: someone must consent again.%n"
        })
final class DeleteCommand extends StoreCommand {
    @Mixin
    private TokenSelection selection = new TokenSelection();

    @Option(names = "--all", description = "Delete every token of the store.")
    private boolean all;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    @Override
    protected ExitCode run(StoreAccess store) {
        if (all == selection.isGiven()) {
            throw CommandException.usage("give either a token to delete, or --all");
        }
        if (all) {
            deleteAll(store);
        } else {
            deleteOne(store, selection.in(store));
        }
        return ExitCode.OK;
    }

    private void deleteAll(StoreAccess store) {
        confirm("Delete every token of " + store.description() + "? This cannot be undone.");
        err().println("Deleting every token of " + store.description() + " ...");
        var deleted = store.deleteAll();
        out().println(
                        deleted == 1
                                ? "1 token deleted. It was not revoked at the provider."
                                : deleted + " tokens deleted. They were not revoked at the provider.");
    }

    private void deleteOne(StoreAccess store, StoredToken token) {
        var id = Printable.of(token.id().reveal());
        var user = token.fields()
                .get(TokenField.USER_SIGNATURE)
                .map(name -> " of user " + Printable.of(name.reveal()))
                .orElse(" without user");
        confirm("Delete token " + id + user + " from " + store.description() + "? This cannot be undone.");
        store.delete(token.id());
        out().println("Token " + id + " deleted. It was not revoked at the provider.");
    }

    private void confirm(String question) {
        if (!yes) {
            Confirmation.atTheTerminal(err()).require(question);
        }
    }
}
