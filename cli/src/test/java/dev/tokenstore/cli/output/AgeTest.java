package dev.tokenstore.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgeTest {
    @ParameterizedTest
    @CsvSource({
        "PT-5S, 0s",
        "PT0S, 0s",
        "PT119S, 119s",
        "PT2M, 2m",
        "PT119M, 119m",
        "PT2H, 2h",
        "PT5H30M, 5h30m",
        "PT30H15M, 30h",
        "P2D, 2d",
        "P400D, 400d"
    })
    void saysSpansAsPeopleDo(Duration span, String said) {
        assertThat(Age.of(span)).isEqualTo(said);
    }
}
