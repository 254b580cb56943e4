package dev.tokenstore.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.tokenstore.cli.StoredTokens;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenOutputTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String SECRET = "fixture-secret-of-the-output";
    private static final StoredToken ALICE = StoredTokens.of(
            TokenFields.of(Map.of(
                    TokenField.ID,
                    "tok-1",
                    TokenField.USER_SIGNATURE,
                    "alice@example.org",
                    TokenField.CLIENT_ID,
                    "1000.C",
                    TokenField.CLIENT_SECRET,
                    SECRET + "-client",
                    TokenField.REFRESH_TOKEN,
                    SECRET + "-refresh",
                    TokenField.ACCESS_TOKEN,
                    SECRET + "-access",
                    TokenField.EXPIRES_IN,
                    millis(NOW.plusSeconds(3000)))),
            "7",
            Instant.parse("2026-02-01T12:00:00Z"),
            Instant.parse("2026-03-01T11:50:00Z"));
    private static final StoredToken NOBODY = StoredTokens.of(
            TokenFields.of(Map.of(
                    TokenField.ID,
                    "2",
                    TokenField.ACCESS_TOKEN,
                    SECRET,
                    TokenField.EXPIRES_IN,
                    millis(NOW.minusSeconds(3 * 3600)))),
            "1",
            NOW,
            NOW);

    @Test
    void listsTokensAsATable() {
        assertThat(printed(out -> tokenOutput(OutputFormat.TABLE, out).list(Stream.of(ALICE, NOBODY))))
                .isEqualTo("""
                        ID      USER                CLIENT   ACCESS TOKEN      RENEWABLE   AGE   LAST SAVED
                        tok-1   alice@example.org   1000.C   valid, 50m left   yes         28d   10m
                        2       -                   -        expired 3h ago    no          0s    0s
                        """);
    }

    @Test
    void showsOneTokenWithAllItsFields() {
        assertThat(printed(out -> tokenOutput(OutputFormat.TABLE, out).one(ALICE)))
                .isEqualTo("""
                        ID:                tok-1
                        User signature:    alice@example.org
                        Client ID:         1000.C
                        Client secret:     <redacted>
                        Redirect URL:      -
                        Grant token:       -
                        Refresh token:     <redacted>
                        Access token:      <redacted>
                        API domain:        -
                        Expires in:        1772369400000
                        State:             valid, 50m left
                        Renewable:         yes
                        Age:               28d
                        Last saved:        10m ago
                        Version:           7
                        """);
    }

    @ParameterizedTest
    @EnumSource(OutputFormat.class)
    void neverPrintsASecretUnasked(OutputFormat format) {
        assertThat(printed(out -> {
                    tokenOutput(format, out).one(ALICE);
                    tokenOutput(format, out).list(Stream.of(ALICE, NOBODY));
                }))
                .contains("alice@example.org")
                .doesNotContain(SECRET);
    }

    @ParameterizedTest
    @EnumSource(OutputFormat.class)
    void printsSecretsWhenAsked(OutputFormat format) {
        assertThat(printed(out -> new TokenOutput(format, out, true, NOW).one(ALICE)))
                .contains(SECRET + "-client", SECRET + "-refresh", SECRET + "-access");
    }

    @Test
    void keepsTheFieldNamesOfJsonAndYaml() throws IOException {
        var json = read(
                OutputFormat.JSON, out -> tokenOutput(OutputFormat.JSON, out).one(ALICE));

        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "id",
                        "user_signature",
                        "client_id",
                        "client_secret",
                        "refresh_token",
                        "access_token",
                        "expires_in",
                        "access_token_state",
                        "renewable",
                        "expire_time",
                        "create_time",
                        "update_time",
                        "version");
        assertThat(json.get("access_token").asText()).isEqualTo("<redacted>");
        assertThat(json.get("access_token_state").asText()).isEqualTo("valid");
        assertThat(json.get("renewable").isBoolean()).isTrue();
        assertThat(json.get("update_time").asText()).isEqualTo("2026-03-01T11:50:00Z");
        assertThat(read(
                        OutputFormat.YAML,
                        out -> tokenOutput(OutputFormat.YAML, out).one(ALICE)))
                .isEqualTo(json);
    }

    @ParameterizedTest
    @EnumSource(
            value = OutputFormat.class,
            names = {"JSON", "YAML"})
    void listsAreArraysAlsoWhereThereIsNothing(OutputFormat format) throws IOException {
        assertThat(read(format, out -> tokenOutput(format, out).list(Stream.of(ALICE, NOBODY))))
                .hasSize(2);
        assertThat(read(format, out -> tokenOutput(format, out).list(Stream.of())))
                .isEqualTo(new ObjectMapper().createArrayNode());
    }

    @Test
    void printsNoTableWithoutTokens() {
        assertThat(printed(out -> tokenOutput(OutputFormat.TABLE, out).list(Stream.of())))
                .isEmpty();
    }

    @Test
    void printsManyTokensWithOneHeading() {
        var lines = printed(out -> tokenOutput(OutputFormat.TABLE, out)
                        .list(IntStream.range(0, 1200).mapToObj(number -> ALICE)))
                .lines()
                .toList();

        assertThat(lines).hasSize(1201);
        assertThat(lines.stream().filter(line -> line.startsWith("ID"))).hasSize(1);
    }

    @Test
    void printsABlockAsSoonAsItIsFull() {
        var printed = new StringWriter();
        tokenOutput(OutputFormat.TABLE, new PrintWriter(printed))
                .list(IntStream.range(0, 700)
                        .peek(number -> assertThat(printed.toString().lines().count())
                                .isGreaterThanOrEqualTo(number < 500 ? 0 : 500))
                        .mapToObj(number -> ALICE));

        assertThat(printed.toString().lines()).hasSize(701);
    }

    @Test
    void whatUsersAreNamedCannotMoveTheCursor() {
        var evil = StoredTokens.of(
                TokenFields.of(Map.of(TokenField.ID, "1\n2", TokenField.USER_SIGNATURE, "\u001b[31mred\u202e")),
                "1",
                NOW,
                NOW);
        assertThat(printed(out -> tokenOutput(OutputFormat.TABLE, out).list(Stream.of(evil))))
                .contains("1\\u{a}2", "\\u{1b}[31mred\\u{202e}")
                .doesNotContain("\u001b", "\u202e");
    }

    private static TokenOutput tokenOutput(OutputFormat format, PrintWriter out) {
        return new TokenOutput(format, out, false, NOW);
    }

    private static String millis(Instant moment) {
        return Long.toString(moment.toEpochMilli());
    }

    private static JsonNode read(OutputFormat format, Consumer<PrintWriter> printing) throws IOException {
        var mapper = format == OutputFormat.YAML ? new ObjectMapper(new YAMLFactory()) : new ObjectMapper();
        return mapper.readTree(printed(printing));
    }

    private static String printed(Consumer<PrintWriter> printing) {
        var printed = new StringWriter();
        var out = new PrintWriter(printed);
        printing.accept(out);
        out.flush();
        return printed.toString();
    }
}
