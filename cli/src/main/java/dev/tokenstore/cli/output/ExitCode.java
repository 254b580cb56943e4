package dev.tokenstore.cli.output;

/// The exit codes of all commands, which are documented in `docs/cli.md` and never renumbered.
public enum ExitCode {
    OK(0, "done"),
    FAILED(1, "failed, or a check found a problem"),
    USAGE(2, "the command line is wrong, or a confirmation is missing"),
    NOT_FOUND(3, "there is no such token, or no such store"),
    UNREACHABLE(4, "the sidecar or the API server did not answer"),
    DENIED(5, "the account may not do this, or there is no such store: an account without rights cannot tell"),
    INCOMPLETE(6, "done, but some rows of an import were skipped or not stored; the output names them");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    public int number() {
        return number;
    }

    public String meaning() {
        return meaning;
    }
}
