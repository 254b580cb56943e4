package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.sidecar.SaveHistory.Attempt;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// That the history tells a good store from a bad one.
class SaveHistoryTest {
    private final SaveHistory saves = new SaveHistory(100, new Random(7));

    @Test
    void isContentWithTheLastAcknowledgedSaveOrALaterInterruptedOne() {
        var first = saveOfNewUser();
        var acknowledged = stored(first, "id");
        saves.acknowledge(first, acknowledged);
        var interrupted = saveAgain(first);
        saves.interrupt(interrupted);

        assertThat(saves.problems(List.of(acknowledged))).isEmpty();
        assertThat(saves.problems(List.of(stored(interrupted, "id")))).isEmpty();
    }

    @Test
    void findsLostTokensAndLostChanges() {
        var first = saveOfNewUser();
        saves.interrupt(first);
        var second = saveAgain(first);
        saves.acknowledge(second, stored(second, "id"));

        assertThat(saves.problems(List.of())).containsExactly("user-0 is lost");
        assertThat(saves.problems(List.of(stored(first, "id"))))
                .singleElement()
                .satisfies(problem -> assertThat(problem).startsWith(second + " is lost"));
    }

    @Test
    void findsTwins() {
        var attempt = saveOfNewUser();
        var token = stored(attempt, "id");
        saves.acknowledge(attempt, token);

        assertThat(saves.problems(List.of(token, stored(attempt, "other"))))
                .contains(
                        "user-0 is there twice",
                        "a credential of user-0 is there twice",
                        "user-0 has another id than was acknowledged");
        var again = saveAgain(attempt);
        assertThatThrownBy(() -> saves.acknowledge(again, stored(again, "other")))
                .hasMessage("user-0 has a twin");
    }

    @Test
    void findsTokensMixedFromTwoSaves() {
        var first = saveOfNewUser();
        var second = saveAgain(first);
        saves.interrupt(first);
        saves.interrupt(second);
        var mixed = stored(first, "id").toBuilder()
                .setApiDomain(second.token().getApiDomain())
                .build();

        assertThat(saves.problems(List.of(mixed))).singleElement().asString().endsWith("was never saved so");
    }

    private Attempt saveOfNewUser() {
        saves.makeNewUsersOnly(true);
        return saves.next().orElseThrow();
    }

    /// Another save of the same user.
    private Attempt saveAgain(Attempt attempt) {
        saves.makeNewUsersOnly(false);
        Optional<Attempt> next;
        do {
            next = saves.next();
        } while (!next.orElseThrow().user().equals(attempt.user()));
        return next.get();
    }

    private static Token stored(Attempt attempt, String id) {
        var user = attempt.user();
        return attempt.token().toBuilder()
                .setId(id)
                .setUserSignature(SaveHistory.MARKER + user)
                .setRefreshToken(SaveHistory.MARKER + "refresh-of-" + user)
                .build();
    }
}
