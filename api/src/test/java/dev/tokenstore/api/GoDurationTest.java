package dev.tokenstore.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0s, PT0S",
        "90s, PT90S",
        "1h30m, PT1H30M",
        "1.5h, PT1H30M",
        "2160h, PT2160H",
        "250ms, PT0.25S",
        "7us, PT0.000007S",
        "3ns, PT0.000000003S",
        "999999h999999h99999h, PT2099997H"
    })
    void readsWhatGoReads(String text, Duration expected) {
        assertThat(GoDuration.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "12", "-1h", "1d", "1 h", "h", "1h ", "PT1H", ".5h", "1000000h", "1h1h1h1h1h1h1h1h1h1h1h"})
    void refusesTheRestAndSaysWhat(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GoDuration.parse(text))
                .withMessageContaining("\"" + text + "\"");
    }
}
