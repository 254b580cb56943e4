package dev.tokenstore.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final StringWriter err = new StringWriter();
    private Duration now = Duration.ZERO;

    @Test
    void isSilentAboutShortWorkAndReportsLongWorkNowAndThen() {
        var progress = progress();

        for (int second = 0; second < 12; second++) {
            progress.add(1);
            now = now.plusSeconds(1);
        }

        assertThat(err.toString().lines()).containsExactly("3 done", "8 done");
        assertThat(progress.count()).isEqualTo(12);
    }

    @Test
    void isSilentAboutTheWaitForTheFirstItem() {
        var progress = progress();
        now = now.plusSeconds(60);

        progress.add(1);
        progress.add(2000);

        assertThat(err.toString()).isEmpty();
        assertThat(progress.count()).isEqualTo(2001);
    }

    private Progress progress() {
        return new Progress(new PrintWriter(err), count -> count + " done", () -> now.toNanos());
    }
}
