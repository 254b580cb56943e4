package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.MARKER;
import static dev.tokenstore.store.SampleToken.token;
import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Values come back byte for byte, and those that cannot be kept are refused before anything happens.
interface ValueContract extends StoreContract {
    int MAX_BYTES = 16 * 1024;
    int MAX_ID_BYTES = 1024;
    Set<TokenField> SECRETS =
            Set.of(TokenField.CLIENT_SECRET, TokenField.GRANT_TOKEN, TokenField.REFRESH_TOKEN, ACCESS_TOKEN);

    @Test
    @Conformance({"C48", "R11"})
    default void everyTextComesBackByteForByteAndIsFound() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var texts = List.of(
                    "'",
                    ",",
                    "\"",
                    "\n",
                    "\r\n",
                    "é",
                    "e\u0301",
                    "🔑",
                    "\0",
                    "a\0b",
                    "  spaces at both ends  ",
                    "\\n{}[]: &*!|>%@`~#",
                    "\uFEFF\uFFFD\uFFFF",
                    "x".repeat(2000));
            var rows = new ArrayList<SampleToken>();
            for (var text : texts) {
                var given = token().id(text.length() > MAX_ID_BYTES ? "2,000 characters" : text);
                for (var field : TokenField.values()) {
                    if (field != EXPIRES_IN && field != ID) {
                        given = given.with(field, SECRETS.contains(field) ? MARKER + text : text);
                    }
                }
                rows.add(given);
                assertThat(caller.save(given).fields()).isEqualTo(given.fields());
            }

            assertThat(caller.tokens()).hasSize(texts.size());
            for (var i = 0; i < texts.size(); i++) {
                var row = rows.get(i).fields();
                var cc = token().client("C1", "S1");
                assertThat(caller.byId(rows.get(i))).hasValue(row);
                assertThat(caller.find(token().user(texts.get(i)))).hasValue(row);
                assertThat(caller.find(token().access(texts.get(i)))).hasValue(row);
                assertThat(caller.find(cc.refresh(texts.get(i)))).hasValue(row);
                assertThat(caller.find(cc.grant(texts.get(i)))).hasValue(row);
            }
        }
    }

    @Test
    @Conformance("R11")
    default void theLongestValuesAreKept() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var given = token().id("é".repeat(MAX_ID_BYTES / 2));
            for (var field : TokenField.values()) {
                if (field != EXPIRES_IN && field != ID) {
                    given = given.with(
                            field,
                            MARKER
                                    + field.key()
                                    + "é"
                                            .repeat((MAX_BYTES
                                                            - MARKER.length()
                                                            - field.key().length())
                                                    / 2));
                }
            }

            caller.save(given);

            assertThat(caller.byId(given)).hasValue(given.fields());
            assertThat(caller.find(token().user(given.fields()
                            .get(TokenField.USER_SIGNATURE)
                            .map(SecretValue::reveal)
                            .orElseThrow())))
                    .hasValue(given.fields());
        }
    }

    @Test
    @Conformance("R11")
    default void expiriesComeBackAsTheyWereWritten() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var row = caller.save(B);
            for (var expiry : List.of("0", "7", "000123", "1789000000000", "9".repeat(18), "0".repeat(18))) {
                caller.save(token().id(row).expires(expiry));

                assertThat(caller.byId(row).flatMap(fields -> fields.get(EXPIRES_IN)))
                        .hasValue(new SecretValue(expiry));
            }
        }
    }

    @Test
    @Conformance("R11")
    default void aMalformedExpiryIsRefusedByEveryOperation() {
        for (var malformed : List.of(
                "-1", "+1", "1.5", "1e3", "0x10", " 1", "1 ", "1\n", "\n", "NaN", "１２", "١٢٣", "9".repeat(19), "1\0")) {
            everyOperationRefuses(EXPIRES_IN, malformed);
        }
    }

    @Test
    @Conformance("R11")
    default void aValueThatIsTooLongIsRefusedByEveryOperation() {
        everyOperationRefuses(ID, "x".repeat(MAX_ID_BYTES + 1));
        everyOperationRefuses(ID, "é".repeat(MAX_ID_BYTES / 2) + "x");
        for (var field : TokenField.values()) {
            if (field != ID) {
                everyOperationRefuses(field, "x".repeat(MAX_BYTES + 1));
                everyOperationRefuses(field, "é".repeat(MAX_BYTES / 2) + "x");
                everyOperationRefuses(field, "🔑".repeat(MAX_BYTES / 4) + "x");
            }
        }
    }

    @Test
    @Conformance("R11")
    default void textThatIsNotUnicodeIsRefusedByEveryOperation() {
        for (var field : TokenField.values()) {
            everyOperationRefuses(field, "1\uD83D");
            everyOperationRefuses(field, "\uDD111");
        }
    }

    @Test
    @Conformance({"R11", "R6a"})
    default void aRefusedValueLeavesTheStoreAsItWas() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var row = caller.save(B);
            var other = caller.save(token().access("gone"));
            caller.delete(other);

            for (var bad : Map.of(
                            EXPIRES_IN,
                            "soon",
                            ACCESS_TOKEN,
                            MARKER + "x".repeat(MAX_BYTES),
                            ID,
                            "x".repeat(MAX_ID_BYTES + 1))
                    .entrySet()) {
                for (var attempt :
                        List.<Consumer<SampleToken>>of(caller::find, caller::byId, caller::trySave, caller::delete)) {
                    for (var target : List.of(row, other)) {
                        refused(() -> attempt.accept(token().id(target).with(bad.getKey(), bad.getValue())), bad);
                    }
                }
            }
            assertThat(caller.tokens()).containsExactly(row.fields());
        }
    }

    private static void everyOperationRefuses(TokenField field, String value) {
        refused(() -> token().with(field, value), Map.entry(field, value));
        refused(() -> TokenFields.of(Map.of(field, value)), Map.entry(field, value));
    }

    private static void refused(ThrowingCallable attempt, Map.Entry<TokenField, String> bad) {
        assertThatThrownBy(attempt)
                .isInstanceOf(InvalidTokenException.class)
                .hasMessageContaining(bad.getKey().key())
                .matches(
                        thrown -> bad.getValue().isBlank()
                                || bad.getValue().length() < 4
                                || !String.valueOf(thrown.getMessage()).contains(bad.getValue()),
                        "holds no value")
                .hasMessageNotContaining(MARKER)
                .hasNoCause();
    }
}
