package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.A;
import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.token;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.ID;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Several rows of one user, and several rows that come to share an identity.
interface IdentityContract extends StoreContract {
    @Test
    @Conformance({"C43", "C44", "R1", "R5"})
    default void aUsersRowsForTwoClientsAreKeptApart() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(
                    A, token().user("alice:1").client("C2", "S2").refresh("RA2").access("AA2"));
            var expected = token().id(rows.get(1))
                    .user("alice:1")
                    .client("C2", "S2")
                    .refresh("RA2")
                    .access("NEW");

            for (var given : List.of(
                    token().user("alice:1").client("C2", "S2").refresh("RA2").access("NEW"), expected)) {
                assertThat(caller.save(given).fields()).isEqualTo(expected.fields());
                assertThat(caller.find(token().user("alice:1").client("C2", "S2")))
                        .hasValue(expected.fields());
                assertThat(caller.find(token().user("alice:1")))
                        .hasValue(rows.get(0).fields());
                assertThat(caller.tokens())
                        .containsExactlyInAnyOrder(rows.get(0).fields(), expected.fields());
            }
        }
    }

    @Test
    @Conformance({"R1", "R5"})
    default void aSaveOfANewClientAdoptsTheUsersRowWithoutClient() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var row = caller.save(token().user("u").refresh("R1"));

            var saved = caller.save(token().user("u").client("C2", "S2").refresh("R2"));

            var expected = token().id(row).user("u").client("C2", "S2").refresh("R2");
            assertThat(saved.fields()).isEqualTo(expected.fields());
            assertThat(caller.tokens()).containsExactly(expected.fields());
        }
    }

    @Test
    @Conformance({"R9", "C27"})
    default void aSaveMayGiveARowAnotherRowsIdentityAndTheOneThatHadItLongerIsFound() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B);

            var b = caller.save(token().id(rows.get(1)).user("alice:1"));

            assertThat(b.fields()).isEqualTo(B.id(rows.get(1)).user("alice:1").fields());
            assertThat(caller.find(token().user("alice:1")))
                    .hasValue(rows.get(0).fields());
            assertThat(caller.find(token().user("alice:1").cc()))
                    .hasValue(rows.get(0).fields());
            assertThat(caller.find(token().user("bob:1"))).isEmpty();
            assertThat(caller.tokens()).containsExactlyInAnyOrder(rows.get(0).fields(), b.fields());
        }
    }

    @Test
    @Conformance({"R1", "R9"})
    default void theRowThatLeftAUserAndCameBackIsNoLongerTheFirst() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B);
            caller.save(token().id(rows.get(1)).user("alice:1"));
            caller.save(token().id(rows.get(0)).user("zed"));
            caller.save(token().id(rows.get(0)).user("alice:1"));

            assertThat(caller.find(token().user("alice:1").cc()).flatMap(found -> found.get(ID)))
                    .hasValue(Caller.idOf(rows.get(1)));
            assertThat(caller.find(token().user("alice:1")).flatMap(found -> found.get(ID)))
                    .hasValue(Caller.idOf(rows.get(1)));
            assertThat(caller.tokens()).hasSize(2);
        }
    }

    @Test
    @Conformance({"R1", "R9"})
    default void aYoungerRowThatHadTheUserFirstIsFoundBeforeAnOlderOneThatCameToIt() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var older = caller.save(token().refresh("R1").cc());
            var younger = caller.save(token().user("u").refresh("R2").cc());

            caller.save(token().id(older).user("u"));

            assertThat(caller.find(token().user("u"))).hasValue(younger.fields());
            var saved = caller.save(token().user("u").cc().access("NEW"));
            assertThat(Caller.idOf(saved)).isEqualTo(Caller.idOf(younger));
        }
    }

    @Test
    @Conformance("R9")
    default void aSaveMayGiveARowAnotherRowsClient() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows =
                    caller.saveAll(A, token().user("alice:1").client("C2", "S2").refresh("RA2"));

            caller.save(token().id(rows.get(1)).with(CLIENT_ID, "C1"));

            assertThat(caller.find(token().user("alice:1").with(CLIENT_ID, "C1")))
                    .hasValue(rows.get(0).fields());
            assertThat(caller.find(token().user("alice:1").with(CLIENT_ID, "C2")))
                    .isEmpty();
            assertThat(caller.tokens()).hasSize(2);
        }
    }

    @Test
    @Conformance({"R1", "R9"})
    default void onceTheFirstRowOfAnIdentityIsGoneTheOtherIsFound() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B);
            var b = caller.save(token().id(rows.get(1)).user("alice:1"));

            caller.delete(rows.get(0));

            assertThat(caller.find(token().user("alice:1").cc())).hasValue(b.fields());
            assertThat(caller.save(token().user("alice:1").cc().access("NEW")).fields())
                    .isEqualTo(B.id(b).user("alice:1").access("NEW").fields());
            assertThat(caller.tokens()).hasSize(1);
        }
    }
}
