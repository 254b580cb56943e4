package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.A;
import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.N;
import static dev.tokenstore.store.SampleToken.O;
import static dev.tokenstore.store.SampleToken.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.SecretValue;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/// When a save makes a new row, and with which id.
interface NewRowContract extends StoreContract {
    @Test
    @Conformance({"C23", "R5", "R6", "R8"})
    default void theFirstSaveMakesARowAndRepliesItsId() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var given = token().user("u").cc().refresh("R").access("A").expires("9");

            var saved = caller.save(given);

            assertThat(saved.fields()).isEqualTo(given.id(saved).fields());
            assertThat(saved.updateTime()).isAfterOrEqualTo(saved.createTime());
            assertThat(caller.tokens()).containsExactly(saved.fields());
        }
    }

    @Test
    @Conformance({"C30", "R6"})
    default void aNewRowTakesTheIdTheCallerGave() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            caller.saveAll(A, B, N, O);
            var given = token().id("77").user("dave").cc().refresh("RD").access("AD");

            var saved = caller.save(given);

            assertThat(saved.fields()).isEqualTo(given.fields());
            assertThat(caller.byId(token().id("77"))).hasValue(given.fields());
            assertThat(caller.tokens()).hasSize(5);
        }
    }

    @Test
    @Conformance({"C35", "C38", "R5"})
    default void aCredentialThatNoRowHasMakesARow() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B, N, O);

            var saved = caller.save(token().refresh("RX").cc().access("AX"));

            assertThat(rows).extracting(Caller::idOf).doesNotContain(Caller.idOf(saved));
            assertThat(caller.tokens()).hasSize(5).contains(saved.fields());
        }
    }

    @Test
    @Conformance({"C33", "C41", "R6"})
    default void aNewRowNeedsACredential() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            caller.saveAll(A, B);
            var before = caller.tokens();

            for (var tooLittle : List.of(
                    token().user("dave"),
                    token().id("77").user("dave"),
                    token().id("77"),
                    token(),
                    token().cc(),
                    token().user("alice:1").client("C2", "S2"),
                    token().user("dave").redirect("UR").domain("D").expires("100"))) {
                assertThatThrownBy(() -> caller.trySave(tooLittle))
                        .isInstanceOf(InvalidTokenException.class)
                        .hasMessageContaining("refresh_token")
                        .hasMessageContaining("grant_token")
                        .hasMessageContaining("access_token")
                        .hasMessageNotContainingAny("dave", "77", SampleToken.MARKER);
            }
            assertThat(caller.tokens()).isEqualTo(before);
        }
    }

    @Test
    @Conformance({"R6", "R12"})
    default void aMissingCredentialIsReportedBeforeAnExpectedVersion() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            assertThatThrownBy(() -> caller.trySave(token().user("dave"), "any version"))
                    .isInstanceOf(InvalidTokenException.class);
        }
    }

    @Test
    @Conformance({"C45", "R6"})
    default void everyNewUserGetsARowWithAnIdOfItsOwn() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var ids = new HashSet<SecretValue>();

            for (var i = 0; i < 30; i++) {
                ids.add(Caller.idOf(caller.save(token().user("user-" + i).cc().refresh("R" + i))));
            }

            assertThat(ids).hasSize(30);
            assertThat(caller.tokens()).hasSize(30);
        }
    }

    @Test
    @Conformance("R6")
    default void idsAreOpaqueTextComparedExactly() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var chosen = List.of("k8s/not numeric:α", "k8s/not numeric:Α", "01", "1", " 1", "tok-x", "id\0", "🔑");
            for (var id : chosen) {
                caller.save(token().id(id).access("of " + id));
            }

            for (var id : chosen) {
                assertThat(caller.byId(token().id(id)))
                        .hasValue(token().id(id).access("of " + id).fields());
            }
            assertThat(caller.byId(token().id("id"))).isEmpty();
            assertThat(caller.byId(token().id("1 "))).isEmpty();
            assertThat(caller.tokens()).hasSize(chosen.size());
        }
    }

    @Test
    @Conformance({"R6", "R6a"})
    default void anotherStoresGeneratedIdIsAnIdTheCallerChose() {
        try (var data = newStore();
                var otherData = newStore();
                var caller = Caller.of(data);
                var other = Caller.of(otherData)) {
            var elsewhere = other.save(token().user("u").refresh("R"));

            var imported = caller.save(new SampleToken(elsewhere.fields()));

            assertThat(imported.fields()).isEqualTo(elsewhere.fields());
            assertThat(other.tokens()).containsExactly(elsewhere.fields());
            assertThat(caller.tokens()).containsExactly(elsewhere.fields());
        }
    }
}
