package dev.tokenstore.cli.output;

import org.jspecify.annotations.Nullable;

/// Ends a command. The message is one sentence for the user and holds no value of a token.
public class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    public CommandException(ExitCode exitCode, String message) {
        this(exitCode, message, null);
    }

    public CommandException(ExitCode exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /// The command line is wrong.
    public static CommandException usage(String message) {
        return new CommandException(ExitCode.USAGE, message);
    }

    public static CommandException failed(String message) {
        return new CommandException(ExitCode.FAILED, message);
    }

    public static CommandException failed(String message, Throwable cause) {
        return new CommandException(ExitCode.FAILED, message, cause);
    }

    /// The thread was interrupted while it waited. Sets its interrupt flag again.
    public static CommandException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return failed("the command was interrupted; run it again", cause);
    }

    public final ExitCode exitCode() {
        return exitCode;
    }
}
