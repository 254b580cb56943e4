package dev.tokenstore.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/// Asks a person before something is done that cannot be undone.
final class Confirmation {
    private final PrintWriter err;
    private final Supplier<Optional<String>> answers;

    /// @param answers the lines that a person types; empty where nobody can be asked
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

    /// Returns if the answer is yes.
    ///
    /// @throws CommandException if it is not, or nobody can be asked
    void require(String question) {
        err.print(question + " [y/N] ");
        err.flush();
        var answer = answers.get();
        if (answer.isEmpty()) {
            err.println();
            throw new CommandException(
                    ExitCode.USAGE, "nothing was done: there is no terminal to ask for confirmation; give --yes");
        }
        if (!answer.get().strip().toLowerCase(Locale.ROOT).matches("y|yes")) {
            throw new CommandException(ExitCode.FAILED, "nothing was done: it was not confirmed");
        }
    }
}
