package dev.tokenstore.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.tokenstore.client.TokenRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TokenOutputTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String SECRET = "fixture-secret-of-the-output";
    private static final TokenRecord ALICE = TokenRecord.builder()
            .id("tok-1")
            .userSignature("alice@example.org")
            .clientId("1000.C")
            .clientSecret(SECRET + "-client")
            .refreshToken(SECRET + "-refresh")
            .accessToken(SECRET + "-access")
            .expiresIn(Long.toString(NOW.plusSeconds(3000).toEpochMilli()))
            .stored(
                    "7",
                    NOW.plusSeconds(3000),
                    Instant.parse("2026-02-01T12:00:00Z"),
                    Instant.parse("2026-03-01T11:50:00Z"))
            .build();
    private static final TokenRecord NOBODY = TokenRecord.builder()
            .id("2")
            .accessToken(SECRET)
            .expiresIn(Long.toString(NOW.minusSeconds(3 * 3600).toEpochMilli()))
            .stored("1", null, NOW, NOW)
            .build();

    @Test
    void listsTokensAsATable() {
        assertThat(printed(out -> new TokenOutput(Format.TABLE, out).list(Stream.of(view(ALICE), view(NOBODY)))))
                .isEqualTo("""
                        ID      USER                CLIENT   ACCESS TOKEN      RENEWABLE   AGE   LAST SAVED
                        tok-1   alice@example.org   1000.C   valid, 50m left   yes         28d   10m
                        2       -                   -        expired 3h ago    no          0s    0s
                        """);
    }

    @Test
    void showsOneTokenWithAllItsFields() {
        assertThat(printed(out -> new TokenOutput(Format.TABLE, out).one(view(ALICE))))
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
    @EnumSource(Format.class)
    void neverPrintsASecretUnasked(Format format) {
        assertThat(printed(out -> {
                    new TokenOutput(format, out).one(view(ALICE));
                    new TokenOutput(format, out).list(Stream.of(view(ALICE), view(NOBODY)));
                }))
                .contains("alice@example.org")
                .doesNotContain(SECRET);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void printsSecretsWhenAsked(Format format) {
        assertThat(printed(out -> new TokenOutput(format, out).one(new TokenView(ALICE, true, NOW))))
                .contains(SECRET + "-client", SECRET + "-refresh", SECRET + "-access");
    }

    @Test
    void keepsTheFieldNamesOfJsonAndYaml() throws IOException {
        var json = read(Format.JSON, out -> new TokenOutput(Format.JSON, out).one(view(ALICE)));

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
        assertThat(read(Format.YAML, out -> new TokenOutput(Format.YAML, out).one(view(ALICE))))
                .isEqualTo(json);
    }

    @ParameterizedTest
    @EnumSource(
            value = Format.class,
            names = {"JSON", "YAML"})
    void listsAreArraysAlsoWhereThereIsNothing(Format format) throws IOException {
        assertThat(read(format, out -> new TokenOutput(format, out).list(Stream.of(view(ALICE), view(NOBODY)))))
                .hasSize(2);
        assertThat(read(format, out -> new TokenOutput(format, out).list(Stream.of())))
                .isEqualTo(new ObjectMapper().createArrayNode());
    }

    @Test
    void printsNoTableWithoutTokens() {
        assertThat(printed(out -> new TokenOutput(Format.TABLE, out).list(Stream.of())))
                .isEmpty();
    }

    @Test
    void printsManyTokensWithOneHeading() {
        var lines = printed(out -> new TokenOutput(Format.TABLE, out)
                        .list(IntStream.range(0, 1200).mapToObj(number -> view(ALICE))))
                .lines()
                .toList();

        assertThat(lines).hasSize(1201);
        assertThat(lines.stream().filter(line -> line.startsWith("ID"))).hasSize(1);
    }

    @Test
    void printsABlockAsSoonAsItIsFull() {
        var printed = new StringWriter();
        new TokenOutput(Format.TABLE, new PrintWriter(printed))
                .list(IntStream.range(0, 700)
                        .peek(number -> assertThat(printed.toString().lines().count())
                                .isGreaterThanOrEqualTo(number < 500 ? 0 : 500))
                        .mapToObj(number -> view(ALICE)));

        assertThat(printed.toString().lines()).hasSize(701);
    }

    @Test
    void whatUsersAreNamedCannotMoveTheCursor() {
        var evil = TokenRecord.builder()
                .id("1\n2")
                .userSignature("\u001b[31mred\u202e")
                .build();

        assertThat(printed(out -> new TokenOutput(Format.TABLE, out).list(Stream.of(view(evil)))))
                .contains("1\\u{a}2", "\\u{1b}[31mred\\u{202e}")
                .doesNotContain("\u001b", "\u202e");
    }

    private static TokenView view(TokenRecord token) {
        return new TokenView(token, false, NOW);
    }

    private static JsonNode read(Format format, Consumer<PrintWriter> printing) throws IOException {
        var mapper = format == Format.YAML ? new ObjectMapper(new YAMLFactory()) : new ObjectMapper();
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
