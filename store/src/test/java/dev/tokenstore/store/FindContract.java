package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.A;
import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.N;
import static dev.tokenstore.store.SampleToken.O;
import static dev.tokenstore.store.SampleToken.token;
import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.CLIENT_SECRET;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Which row a find returns.
interface FindContract extends StoreContract {
    @Test
    @Conformance({"C1", "C2", "C20", "C21", "R1"})
    default void findsByUserAndComparesItExactly() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var row = caller.saveAll(A, B, N, O).get(1);
            var b = row.fields();

            assertThat(caller.find(token().user("bob:1"))).hasValue(b);
            assertThat(TokenField.values()).allMatch(b::has);
            assertThat(b).isEqualTo(B.id(row).fields());
            assertThat(caller.find(token().user("bob:1").access("STALE").expires("1")))
                    .hasValue(b);
            assertThat(caller.find(token().user("x' or '1'='1"))).isEmpty();
            assertThat(caller.find(token().user("o'brien"))).isEmpty();
            assertThat(caller.find(token().user("BOB:1"))).isEmpty();
            assertThat(caller.find(token().user("bob:1 "))).isEmpty();
            assertThat(caller.find(token().user("bob:%"))).isEmpty();
            assertThat(caller.find(token().user("bob:1\0"))).isEmpty();
        }
    }

    @Test
    @Conformance({"C4", "C6", "R1", "R3"})
    default void aUserThatNoRowHasIsAMissWhateverElseIsGiven() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.saveAll(A, B, N, O).get(1);

            assertThat(caller.find(token().user("zed").refresh("RB").cc())).isEmpty();
            assertThat(caller.find(token().user("zed").access("AO"))).isEmpty();
            assertThat(caller.find(token().user("zed").id(b))).isEmpty();
            assertThat(caller.find(token().user("").refresh("RB").cc())).isEmpty();
            assertThat(caller.find(token().user("").access("AO"))).isEmpty();
            assertThat(caller.find(token().user("").id(b))).isEmpty();
        }
    }

    @Test
    @Conformance("R1")
    default void aUsersOtherClientDoesNotMatchButARowWithoutClientDoes() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var c1 = caller.save(token().user("u").client("C1", "S1").refresh("R1"));

            assertThat(caller.find(token().user("u").with(CLIENT_ID, "C2"))).isEmpty();

            var c2 = caller.save(token().user("u").client("C2", "S2").refresh("R2"));
            var noClient = caller.save(token().user("v").refresh("R3"));
            var ofV =
                    caller.save(token().id("of-v").user("w").client("C1", "S1").refresh("R4"));
            caller.save(token().id(ofV).user("v"));

            assertThat(caller.find(token().user("u").with(CLIENT_ID, "C2"))).hasValue(c2.fields());
            assertThat(caller.find(token().user("u").with(CLIENT_ID, "c1"))).isEmpty();
            assertThat(caller.find(token().user("u"))).hasValue(c1.fields());
            assertThat(caller.find(token().user("v").with(CLIENT_ID, "C9"))).hasValue(noClient.fields());
            assertThat(caller.find(token().user("v").with(CLIENT_ID, "C1")))
                    .hasValueSatisfying(found -> assertThat(found.get(ID)).hasValue(Caller.idOf(ofV)));
        }
    }

    @Test
    @Conformance({"C7", "C8", "C10", "R1"})
    default void findsByAccessTokenOnlyWithoutClient() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B, N, O);
            var o = rows.get(3).fields();

            assertThat(caller.find(token().access("AO"))).hasValue(o);
            assertThat(caller.find(token().access("AO").with(CLIENT_ID, "").with(CLIENT_SECRET, "")))
                    .hasValue(o);
            assertThat(caller.find(token().access("AO").refresh("RB"))).hasValue(o);
            assertThat(caller.find(token().access("zz"))).isEmpty();
            assertThat(caller.find(token().access("zz").refresh("RB"))).isEmpty();
            assertThat(caller.find(token().access("zz").id(rows.get(1)))).isEmpty();
            assertThat(caller.find(token().access("AB").cc())).isEmpty();
            assertThat(caller.find(token().access("AB").with(CLIENT_ID, "C1"))).isEmpty();
            assertThat(caller.find(token().access("AB").with(CLIENT_SECRET, SampleToken.MARKER + "S1")))
                    .isEmpty();
        }
    }

    @Test
    @Conformance({"C11", "C12", "C13", "C14", "C15", "C16", "R1", "R2"})
    default void findsByGrantElseRefreshTokenOnlyWithAClientWhichIsNotCompared() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B, N, O);
            var b = rows.get(1).fields();

            assertThat(caller.find(token().refresh("RB").cc())).hasValue(b);
            assertThat(caller.find(token().refresh("RB").access("zz").cc())).hasValue(b);
            assertThat(caller.find(token().refresh("RB").client("C2", "S2"))).hasValue(b);
            assertThat(caller.find(token().refresh("RB").id(rows.getFirst()).cc()))
                    .hasValue(b);
            assertThat(caller.find(token().refresh("RB"))).isEmpty();
            assertThat(caller.find(token().refresh("RB").with(CLIENT_ID, "C1"))).isEmpty();
            assertThat(caller.find(token().refresh("RB").id(rows.get(1)))).isEmpty();
            assertThat(caller.find(token().grant("GB").cc())).hasValue(b);
            assertThat(caller.find(token().grant("GB").refresh("RA").cc())).hasValue(b);
            assertThat(caller.find(token().grant("GB"))).isEmpty();
            assertThat(caller.find(token().grant("zz").refresh("RB").cc())).hasValue(b);
            assertThat(caller.find(token().grant("zz").refresh("zz").cc().id(rows.get(1))))
                    .isEmpty();
        }
    }

    @Test
    @Conformance({"C18", "C19", "R1", "R2", "R4"})
    default void findsByIdOnlyIfNothingElseDecides() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B, N, O);
            var b = rows.get(1).fields();

            assertThat(caller.find(token().id(rows.get(1)))).hasValue(b);
            assertThat(caller.find(token().id(rows.get(1)).client("C9", "S9"))).hasValue(b);
            assertThat(caller.find(token().id(rows.get(1))
                            .with(REFRESH_TOKEN, "")
                            .with(ACCESS_TOKEN, "")
                            .with(GRANT_TOKEN, "")))
                    .hasValue(b);
            assertThat(caller.find(token().user("bob:1").id(rows.getFirst()))).hasValue(b);
            assertThat(caller.find(token().id("99"))).isEmpty();
            assertThat(caller.find(token())).isEmpty();
            assertThat(caller.find(token().id(""))).isEmpty();
            assertThat(caller.find(token().cc())).isEmpty();
            assertThat(caller.find(token().expires("100").redirect("UR").domain("D")))
                    .isEmpty();
        }
    }

    @Test
    @Conformance({"C22", "R4"})
    default void findsNothingInAnEmptyStore() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            assertThat(caller.find(token().user("u"))).isEmpty();
            assertThat(caller.find(token().access("A"))).isEmpty();
            assertThat(caller.find(token().refresh("R").grant("G").cc())).isEmpty();
            assertThat(caller.find(token().id("1"))).isEmpty();
            assertThat(caller.find(token())).isEmpty();
            assertThat(caller.byId(token().id("1"))).isEmpty();
        }
    }

    @Test
    @Conformance({"C54", "C55", "C56", "R4"})
    default void findsByIdAndAsksForOne() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.saveAll(A, B).get(1);

            assertThat(caller.byId(b)).hasValue(b.fields());
            assertThat(caller.byId(token().id("99"))).isEmpty();
            assertThatThrownBy(() -> caller.byId(token()))
                    .isInstanceOf(InvalidTokenException.class)
                    .hasMessageContaining("id");
            assertThatThrownBy(() -> caller.byId(token().id("")))
                    .isInstanceOf(InvalidTokenException.class)
                    .hasMessageContaining("id");
        }
    }

    @Test
    @Conformance("R1")
    default void amongRowsWithTheSameCredentialTheOldestIsFoundHoweverOftenItWasSaved() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var older = caller.save(token().user("u1").cc().refresh("SHARED"));
            var younger = caller.save(token().user("u2").cc().refresh("SHARED"));
            caller.save(token().id(younger).domain("D"));
            var saved = caller.save(token().id(older).domain("D"));

            assertThat(Caller.idOf(younger)).isNotEqualTo(Caller.idOf(older));
            assertThat(caller.find(token().refresh("SHARED").cc())).hasValue(saved.fields());
        }
    }

    @Test
    @Conformance({"C59", "R11"})
    default void theExpiryIsTheSameStringInFindByIdAndList() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.save(B);
            var expected = new SecretValue("200");

            assertThat(b.fields().get(EXPIRES_IN)).hasValue(expected);
            assertThat(caller.find(token().user("bob:1")).flatMap(found -> found.get(EXPIRES_IN)))
                    .hasValue(expected);
            assertThat(caller.byId(b).flatMap(found -> found.get(EXPIRES_IN))).hasValue(expected);
            assertThat(caller.tokens().getFirst().get(EXPIRES_IN)).hasValue(expected);
        }
    }

    @Test
    @Conformance({"C60", "R15"})
    default void whatOneSidecarSavesOrDeletesTheOtherSees() {
        try (var data = newStore();
                var caller = Caller.of(data);
                var other = Caller.of(data)) {
            var b = caller.saveAll(A, B).get(1);
            assertThat(other.byId(b)).hasValue(b.fields());

            var refreshed = caller.save(token().id(b).access("AB2"));
            assertThat(caller.byId(b)).hasValue(refreshed.fields());
            await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                assertThat(other.byId(b)).hasValue(refreshed.fields());
                assertThat(other.find(token().user("bob:1"))).hasValue(refreshed.fields());
            });

            caller.delete(b);
            assertThat(caller.byId(b)).isEmpty();
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(other.byId(b)).isEmpty());
        }
    }
}
