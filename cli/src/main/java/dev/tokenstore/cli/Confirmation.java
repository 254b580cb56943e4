package dev.tokenstore.cli;

import dev.tokenstore.cli.output.CommandException;
import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/// Asks the user to confirm what cannot be undone.
final class Confirmation {
    private final PrintWriter err;
    private final Supplier<Optional<String>> answers;

    /// @param answers reads the line that the user types; empty without a terminal
    Confirmation(PrintWriter err, Supplier<Optional<String>> answers) {
        this.err = err;
        this.answers = answers;
    }

    /// Asks at the terminal, if there is one.
    static Confirmation atTheTerminal(PrintWriter err) {
        return new Confirmation(
                err,
                () -> Optional.ofNullable(System.console())
                        .filter(Console::isTerminal)
                        .map(Console::readLine));
    }

    /// Asks, and returns if the answer is yes.
    ///
    /// @throws CommandException if it is not, or there is no terminal
    void require(String question) {
        err.print(question + " [y/N] ");
        err.flush();
        var answer = answers.get();
        if (answer.isEmpty()) {
            err.println();
            throw CommandException.usage("nothing was done: there is no terminal to ask for confirmation; give --yes");
        }
        if (!answer.get().strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw CommandException.failed("nothing was done: it was not confirmed");
        }
    }
}
