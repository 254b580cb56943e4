package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.A;
import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.N;
import static dev.tokenstore.store.SampleToken.O;
import static dev.tokenstore.store.SampleToken.token;
import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.API_DOMAIN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Which row a save updates, and what it changes there.
interface SaveContract extends StoreContract {
    @Test
    @Conformance({"C24", "C25", "R5", "R7", "R8"})
    default void aSaveWithoutIdUpdatesTheUsersRowAndRepliesTheWholeRow() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B, N, O);

            var saved = caller.save(
                    token().user("bob:1").cc().refresh("RB2").access("AB2").expires("999"));

            var expected = B.id(rows.get(1)).refresh("RB2").access("AB2").expires("999");
            assertThat(saved.fields()).isEqualTo(expected.fields());
            assertThat(caller.tokens())
                    .containsExactlyInAnyOrder(
                            rows.get(0).fields(),
                            expected.fields(),
                            rows.get(2).fields(),
                            rows.get(3).fields());
        }
    }

    @Test
    @Conformance({"C26", "C29", "R5", "R7"})
    default void aSaveWithTheRowsIdReplacesOnlyTheGivenFields() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.saveAll(A, B, N, O).get(1);

            var named = caller.save(token().id(b).user("bob:1").access("AB2"));
            var unnamed = caller.save(token().id(b).access("Q"));

            assertThat(named.fields()).isEqualTo(B.id(b).access("AB2").fields());
            assertThat(unnamed.fields()).isEqualTo(B.id(b).access("Q").fields());
            assertThat(caller.byId(b)).hasValue(unnamed.fields());
            assertThat(caller.tokens()).hasSize(4);
        }
    }

    @Test
    @Conformance({"R7", "R8", "R14"})
    default void emptyFieldsAreAbsentAndEraseNothing() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.save(B);
            var empty = token().with(REFRESH_TOKEN, "")
                    .with(ACCESS_TOKEN, "")
                    .with(API_DOMAIN, "")
                    .with(EXPIRES_IN, "");

            var byId = caller.save(empty.id(b).with(USER_SIGNATURE, ""));
            var byUser = caller.save(empty.id("").user("bob:1"));
            var fresh = caller.save(empty.id("").with(USER_SIGNATURE, "").grant("G"));

            assertThat(byId.fields()).isEqualTo(b.fields());
            assertThat(byUser.fields()).isEqualTo(b.fields());
            assertThat(fresh.fields()).isEqualTo(token().id(fresh).grant("G").fields());
            assertThat(caller.tokens()).containsExactlyInAnyOrder(b.fields(), fresh.fields());
            assertThat(caller.tokens())
                    .filteredOn(fields -> !fields.has(USER_SIGNATURE))
                    .noneMatch(fields -> fields.isMentioned(USER_SIGNATURE) || fields.isMentioned(API_DOMAIN));
        }
    }

    @Test
    @Conformance({"C27", "R5"})
    default void theIdDecidesBeforeTheUser() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B, N, O);

            var saved = caller.save(token().id(rows.get(1)).user("alice:1").access("NEW"));

            assertThat(saved.fields())
                    .isEqualTo(B.id(rows.get(1)).user("alice:1").access("NEW").fields());
            assertThat(caller.byId(rows.get(0))).hasValue(rows.get(0).fields());
            assertThat(caller.tokens()).hasSize(4);
        }
    }

    @Test
    @Conformance({"C31", "R5", "R7", "R8"})
    default void anUnknownIdOfTheCallersIsNoReasonForATwin() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.saveAll(A, B, N, O).get(1);

            var saved = caller.save(
                    token().id("77").user("bob:1").cc().refresh("RB").access("NEW"));

            assertThat(saved.fields()).isEqualTo(B.id(b).access("NEW").fields());
            assertThat(caller.tokens()).hasSize(4);
            assertThat(caller.byId(token().id("77"))).isEmpty();
        }
    }

    @Test
    @Conformance({"C34", "C36", "C39", "R5"})
    default void aSaveWithAClientUpdatesTheRowWithTheSameGrantOrRefreshToken() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B, N, O);

            var n = caller.save(token().refresh("RN").cc().access("AN2"));
            var b = caller.save(token().refresh("RB").cc().access("AB2"));
            assertThat(n.fields()).isEqualTo(N.id(rows.get(2)).access("AN2").fields());
            assertThat(b.fields()).isEqualTo(B.id(rows.get(1)).access("AB2").fields());

            b = caller.save(token().grant("GB").refresh("RNEW").cc().access("AX"));
            assertThat(b.fields())
                    .isEqualTo(B.id(rows.get(1)).access("AX").refresh("RNEW").fields());

            n = caller.save(token().refresh("RN").client("C9", "S9").access("A9"));
            assertThat(n.fields())
                    .isEqualTo(N.id(rows.get(2)).client("C9", "S9").access("A9").fields());
            assertThat(caller.tokens()).hasSize(4);
        }
    }

    @Test
    @Conformance({"C38", "R5"})
    default void aSaveOfAnAccessTokenAloneUpdatesTheRowThatHasIt() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var o = caller.saveAll(A, B, N, O).get(3);

            var saved = caller.save(token().access("AO").expires("5"));
            var fresh = caller.save(token().access("AZ"));

            assertThat(saved.fields()).isEqualTo(O.id(o).expires("5").fields());
            assertThat(Caller.idOf(fresh)).isNotEqualTo(Caller.idOf(o));
            assertThat(caller.tokens()).hasSize(5);
        }
    }

    /// C42, which the list of examples only mentions: what the find of C10 misses, a save updates.
    @Test
    @Conformance({"C10", "C42", "R5"})
    default void aSaveMayUpdateARowThatAFindWithTheSameValuesMisses() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.saveAll(A, B, N, O).get(1);
            var weak = token().access("AB").cc().expires("201");

            assertThat(caller.find(weak)).isEmpty();
            assertThat(caller.save(weak).fields())
                    .isEqualTo(B.id(b).expires("201").fields());
            assertThat(caller.save(token().refresh("RB").expires("202")).fields())
                    .isEqualTo(B.id(b).expires("202").fields());
            assertThat(caller.save(token().grant("GB").expires("203")).fields())
                    .isEqualTo(B.id(b).expires("203").fields());
            assertThat(caller.tokens()).hasSize(4);
        }
    }

    @Test
    @Conformance({"C40", "R5"})
    default void aRowWithoutUserIsAdoptedByTheUserWhoSavesItsCredential() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var n = caller.saveAll(A, B, N, O).get(2);
            var given = token().user("new:1").refresh("RN").cc().access("AN2");
            assertThat(caller.find(given)).isEmpty();

            var saved = caller.save(given);

            assertThat(saved.fields())
                    .isEqualTo(N.id(n).user("new:1").access("AN2").fields());
            assertThat(caller.find(token().user("new:1"))).hasValue(saved.fields());
            assertThat(caller.tokens()).hasSize(4);
        }
    }

    @Test
    @Conformance({"C40", "R5"})
    default void aRowOfAnotherUserIsNotTakenOverByItsCredential() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.saveAll(A, B, N, O).get(1);

            var saved = caller.save(
                    token().user("new:1").refresh("RB").grant("GB").access("AB").cc());

            assertThat(Caller.idOf(saved)).isNotEqualTo(Caller.idOf(b));
            assertThat(caller.byId(b)).hasValue(b.fields());
            assertThat(caller.tokens()).hasSize(5);
        }
    }

    @Test
    @Conformance("R5")
    default void amongWeakMatchesTheRefreshTokenDecidesBeforeTheGrantAndTheAccessToken() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var byAccess = caller.save(token().client("C1", "S1").access("SAME-A"));
            var byGrant = caller.save(token().client("C1", "S1").grant("SAME-G"));
            var byRefresh = caller.save(token().client("C1", "S1").refresh("SAME-R"));

            var third =
                    caller.save(token().with(CLIENT_ID, "C1").access("SAME-A").domain("1"));
            var second = caller.save(token().grant("SAME-G").domain("2"));
            var first = caller.save(
                    token().user("u").refresh("SAME-R").grant("SAME-G").access("SAME-A"));

            assertThat(Caller.idOf(third)).isEqualTo(Caller.idOf(byAccess));
            assertThat(Caller.idOf(second)).isEqualTo(Caller.idOf(byGrant));
            assertThat(Caller.idOf(first)).isEqualTo(Caller.idOf(byRefresh));
            assertThat(caller.tokens()).hasSize(3);
        }
    }
}
