package dev.tokenstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final StringWriter err = new StringWriter();
    private Instant now = Instant.EPOCH;

    @Test
    void isSilentAboutShortWorkAndTellsNowAndThenOfLongWork() {
        var progress = new Progress(new PrintWriter(err), () -> now, count -> count + " done");

        for (int second = 0; second < 12; second++) {
            progress.step();
            now = now.plus(Duration.ofSeconds(1));
        }

        assertThat(err.toString().lines()).containsExactly("3 done", "8 done");
        assertThat(progress.count()).isEqualTo(12);
    }

    @Test
    void isSilentAboutTheWaitForTheFirstThing() {
        var progress = new Progress(new PrintWriter(err), () -> now, count -> count + " done");
        now = now.plus(Duration.ofSeconds(60));

        progress.step();
        progress.step(2000);

        assertThat(err.toString()).isEmpty();
        assertThat(progress.count()).isEqualTo(2001);
    }
}
