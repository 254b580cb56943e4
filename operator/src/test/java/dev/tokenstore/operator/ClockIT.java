package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.testing.KubernetesForTests;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whose clock counts: the API server's, whatever the operator's machine or a client thinks.
@Tag("alone")
class ClockIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    /// Some tenths of a second where the machine has nothing else to do.
    private static final Duration PUNCTUAL = Duration.ofSeconds(4);

    private final InstantSource clock = InstantSource.system();

    @ParameterizedTest
    @ValueSource(strings = {"PT5H", "-PT5H"})
    void aMachineWhoseClockIsHoursOffDeletesNeitherEarlyNorLate(Duration ahead) {
        try (var operator = OperatorUnderTest.notStarted(kubernetes)) {
            operator.onMachineWithClock(() -> clock.instant().plus(ahead));
            operator.createStore("crm", "{sessionTimeout: 3s}");
            operator.start();
            var saved = clock.instant();
            operator.create(TokenSecret.of("crm", "short", saved));
            operator.create(TokenSecret.of("crm", "long", saved).with(TokenSecretLayout.KEEP, "true"));

            operator.awaitGone("short");

            var deadline = saved.plusMillis(3_300);
            assertThat(deletion(operator)).isBetween(deadline, deadline.plus(PUNCTUAL));
            assertThat(operator.exists("long")).isTrue();
        }
    }

    @Test
    void aRestartOnAMachineWhoseClockIsAheadDeletesNothingEarly() {
        try (var operator = OperatorUnderTest.notStarted(kubernetes)) {
            operator.onMachineWithClock(() -> clock.instant().plus(Duration.ofHours(5)));
            var saved = clock.instant();
            operator.create(TokenSecret.of("crm", "short", saved));
            operator.createStore("crm", "{sessionTimeout: 6s}");
            operator.start();
            operator.awaitReady("crm");
            operator.stop();
            operator.start();

            operator.awaitGone("short");

            assertThat(deletion(operator)).isAfterOrEqualTo(saved.plusMillis(6_600));
        }
    }

    /// Its session is counted from the moment at which the operator saw it.
    @Test
    void aTokenStampedByAClockThatIsHoursAheadDoesNotLiveForHours() {
        try (var operator = OperatorUnderTest.notStarted(kubernetes)) {
            operator.onMachineWithClock(clock);
            operator.createStore("crm", "{sessionTimeout: 3s}");
            operator.start();
            operator.awaitReady("crm");
            var created = clock.instant();
            operator.create(TokenSecret.of("crm", "from-the-future", created.plus(Duration.ofHours(3))));

            operator.awaitGone("from-the-future");

            assertThat(deletion(operator))
                    .isBetween(
                            created.plusMillis(3_300), created.plusMillis(3_300).plus(PUNCTUAL));
        }
    }

    /// Sidecars stamp by the API server's clock; whoever else stamps a token says that it was last used then.
    @Test
    void aTokenStampedByAClockThatIsHoursBehindIsAsOldAsItSays() {
        try (var operator = OperatorUnderTest.notStarted(kubernetes)) {
            operator.onMachineWithClock(clock);
            operator.create(
                    TokenSecret.of("crm", "from-the-past", clock.instant().minus(Duration.ofHours(3))));
            operator.create(TokenSecret.of("crm", "of-now", clock.instant()));
            operator.createStore("crm", "{sessionTimeout: 2h}");
            operator.start();

            operator.awaitGone("from-the-past");

            assertThat(operator.exists("of-now")).isTrue();
        }
    }

    /// When the API server's answer to the deletion arrived; others may see that the Secret is gone a moment before.
    private static Instant deletion(OperatorUnderTest operator) {
        return await().until(
                        () -> operator.requests.sent().stream()
                                .filter(sent -> sent.method().equals("DELETE"))
                                .map(RecordedRequests.Sent::at)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }
}
