package dev.tokenstore.cli.check;

import dev.tokenstore.cli.ExitCode;

/// One thing that was checked.
///
/// @param check its stable name
/// @param detail one sentence: what was found, and where something is wrong what to do
/// @param exitCode how the command ends if nothing earlier failed
public record Finding(String check, Result result, String detail, ExitCode exitCode) {
    /// How a check came out.
    public enum Result {
        OK,
        /// Worth a look, and nothing fails for it.
        WARNING,
        FAILED
    }

    static Finding ok(String check, String detail) {
        return new Finding(check, Result.OK, detail, ExitCode.OK);
    }

    static Finding warning(String check, String detail) {
        return new Finding(check, Result.WARNING, detail, ExitCode.OK);
    }

    static Finding failed(String check, String detail, ExitCode exitCode) {
        return new Finding(check, Result.FAILED, detail, exitCode);
    }
}
