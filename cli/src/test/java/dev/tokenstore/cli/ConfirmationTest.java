package dev.tokenstore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfirmationTest {
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"y", "Y", "yes", " yes "})
    void goesOnAfterAYes(String answer) {
        assertThatCode(() -> confirmation(Optional.of(answer)).require("Delete?"))
                .doesNotThrowAnyException();
        assertThat(err).hasToString("Delete? [y/N] ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "n", "no", "yess"})
    void stopsAfterAnythingElse(String answer) {
        var failure = catchThrowableOfType(
                CommandException.class, () -> confirmation(Optional.of(answer)).require("Delete?"));

        assertThat(failure).hasMessage("nothing was done: it was not confirmed");
        assertThat(failure.exitCode()).isEqualTo(ExitCode.FAILED);
    }

    @Test
    void asksForTheOptionWhereNobodyCanBeAsked() {
        var failure = catchThrowableOfType(
                CommandException.class, () -> confirmation(Optional.empty()).require("Delete?"));

        assertThat(failure).hasMessageContaining("give --yes");
        assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    private Confirmation confirmation(Optional<String> answer) {
        return new Confirmation(new PrintWriter(err), () -> answer);
    }
}
