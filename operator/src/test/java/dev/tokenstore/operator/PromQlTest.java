package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.operator.PromQl.Matcher;
import dev.tokenstore.operator.PromQl.Selector;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromQlTest {
    @Test
    void findsSeriesTheirMatchersAndTheLabelsOfGroups() {
        var found = PromQl.parse(
                "histogram_quantile(0.95, sum by (le, verb) (rate(a_bucket{x=\"1\",y=~\"$y|{2}\"}[$__rate_interval])))"
                        + " / on (instance) max(b) > 10 and c unless (d == bool 0) or time() - e > 1");

        assertThat(found.selectors())
                .containsExactly(
                        new Selector("a_bucket", List.of(new Matcher("x", "=", "1"), new Matcher("y", "=~", "$y|{2}"))),
                        new Selector("b", List.of()),
                        new Selector("c", List.of()),
                        new Selector("d", List.of()),
                        new Selector("e", List.of()));
        assertThat(found.labels()).containsExactlyInAnyOrder("le", "verb", "instance");
    }

    @Test
    void refusesWhatItDoesNotUnderstand() {
        assertThatThrownBy(() -> PromQl.parse("a @ 5")).hasMessageContaining("not understood");
    }
}
