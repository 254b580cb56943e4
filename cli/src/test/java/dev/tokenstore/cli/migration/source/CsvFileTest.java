package dev.tokenstore.cli.migration.source;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.API_DOMAIN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REDIRECT_URL;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files as the SDKs' own stores write them (`src/test/resources/migration`), and damaged ones.
class CsvFileTest {
    private static final String HEADER = "id,user_name,client_id,client_secret,refresh_token,access_token,grant_token,"
            + "expiry_time,redirect_url,api_domain";

    @TempDir
    private Path folder = Path.of(".");

    @ParameterizedTest
    @ValueSource(strings = {"python", "java", "node", "typescript"})
    void readsWhatEverySdkWrites(String sdk) {
        var rows = fixture(sdk);

        assertThat(rows.readable().getFirst().fields())
                .isEqualTo(TokenFields.of(Map.of(
                        ID,
                        "1",
                        USER_SIGNATURE,
                        "alice@example.com",
                        CLIENT_ID,
                        "client-1",
                        TokenField.CLIENT_SECRET,
                        "fixture-secret-client-1",
                        REFRESH_TOKEN,
                        "1000.fixture-secret-refresh-alice",
                        ACCESS_TOKEN,
                        "1000.fixture-secret-access-alice",
                        EXPIRES_IN,
                        "1893456000000",
                        REDIRECT_URL,
                        "https://example.com/callback",
                        API_DOMAIN,
                        "https://www.zohoapis.com")));
        assertThat(rows.values(ID)).startsWith("1", "2", "3", "4", "5");
        assertThat(rows.values(USER_SIGNATURE)).startsWith("alice@example.com", "bob@example.com", "-", "-");
        assertThat(rows.values(GRANT_TOKEN)).startsWith("-", "1000.fixture-secret-grant-bob", "-", "-", "-");
        assertThat(rows.stayed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"python", "java"})
    void quotedValuesComeBackWithTheirCommasQuotesAndLines(String sdk) {
        var rows = fixture(sdk);

        assertThat(rows.values(USER_SIGNATURE).get(4))
                .startsWith("é 🔑 \"quoted\",")
                .endsWith("\nlines");
        assertThat(rows.values(REFRESH_TOKEN).get(4)).isEqualTo("1000.fixture-secret-refresh-odd, with a comma");
        assertThat(rows.values(ACCESS_TOKEN).get(4)).isEqualTo("1000.fixture-secret-access-\"odd\"");
        assertThat(rows.readable().get(5).location())
                .as("a row is named by the line it begins at")
                .isEqualTo("line 8");
        assertThat(rows.broken()).isEmpty();
    }

    @Test
    void aBackslashIsNothingSpecial() {
        assertThat(fixture("java").values(USER_SIGNATURE)).endsWith("back\\slash");
        assertThat(fixture("python").values(USER_SIGNATURE).get(4)).contains("\\");
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "typescript"})
    void plainValuesAreTakenAsTheyAreAndTornRowsReported(String sdk) {
        var rows = fixture(sdk);

        assertThat(rows.values(USER_SIGNATURE)).contains("é 🔑 \"quoted\"");
        assertThat(rows.values(ACCESS_TOKEN)).contains("\"1000.fixture-secret-access-odd");
        assertThat(rows.values(ID)).containsExactly("1", "2", "3", "4", "5", "77");
        assertThat(rows.broken())
                .hasSize(5)
                .allSatisfy(problem -> assertThat(problem).contains("values instead of 10"))
                .noneSatisfy(problem -> assertThat(problem).contains("fixture-secret"));
        assertThat(rows.broken().stream()
                        .map(problem -> problem.substring(0, problem.indexOf(':')))
                        .toList())
                .containsExactly("line 7", "line 8", "line 9", "line 11", "line 12");
    }

    @Test
    void aQuoteThatIsNeverClosedCostsItsOwnLineOnly() throws IOException {
        var rows = read(HEADER + "\n1,\"open,c,s,r-fixture-secret,,,,,\n2,bob,c,s,r-fixture-secret-2,,,,,\n");

        assertThat(rows.values(ID)).containsExactly("2");
        assertThat(rows.broken()).containsExactly("line 2: a quoted value in it is never closed");
    }

    @Test
    void textBehindAQuotedValueIsReported() throws IOException {
        var rows = read(HEADER + "\r\n1,\"a\"b,c,s,r-fixture-secret,,,,,\r\n2,bob,c,s,r-fixture-secret-2,,,,,\r\n");

        assertThat(rows.values(ID)).containsExactly("2");
        assertThat(rows.broken()).containsExactly("line 2: text follows a quoted value before the next comma");
    }

    @Test
    void rowsThatAreNoTokensAreReportedWithoutTheirValues() throws IOException {
        var rows = read(HEADER + "\n1,a,,,,,,,,\n\n2,b,,,fixture-secret-r,,,soon,,\n3,c,,,fixture-secret-"
                + "x".repeat(17_000) + ",,,,,\n4\n");

        assertThat(rows.readable()).isEmpty();
        assertThat(rows.broken())
                .containsExactly(
                        "line 2: it holds no refresh, grant or access token, so it is of no use",
                        "line 4: its expiry_time is not a moment in milliseconds since 1970",
                        "line 5: refresh_token is too long: at most 16384 bytes of UTF-8 are stored; shorten it",
                        "line 6: it has 1 values instead of 10: a comma or line break in a value tore it, or it was edited");
    }

    @Test
    void theEncodingCanBeNamed() throws IOException {
        var text = HEADER + "\r\n1,é,c,s,fixture-secret-r,,,,,\r\n";
        var file = Files.write(folder.resolve("windows"), text.getBytes(Charset.forName("windows-1252")));

        assertThat(Rows.of(new CsvFile(file, StandardCharsets.UTF_8, Optional.empty()))
                        .broken())
                .containsExactly("line 2: it is not text in UTF-8; name the file's encoding with --charset");
        assertThat(Rows.of(new CsvFile(file, Charset.forName("windows-1252"), Optional.empty()))
                        .values(USER_SIGNATURE))
                .containsExactly("é");
    }

    @Test
    void olderFilesHaveOtherColumns() throws IOException {
        var rows =
                read("user_mail,client_id,client_secret,refresh_token,access_token,grant_token,expiry_time,redirect_url"
                        + "\r\nold@example.com,c,s,fixture-secret-r,,,,\r\n");

        assertThat(rows.values(USER_SIGNATURE)).containsExactly("old@example.com");
        assertThat(rows.values(ID)).containsExactly("-");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheHeader() throws IOException {
        assertThat(read("\uFEFF" + HEADER + "\n1,a,c,s,fixture-secret-r,,,,,\n").values(ID))
                .containsExactly("1");
    }

    @Test
    void aDialectThatWasNamedIsNotGuessed() throws IOException {
        var file = Files.writeString(folder.resolve("plain"), HEADER + "\n1,\"a\"b,c,s,fixture-secret-r,,,,,\n");

        var rows = Rows.of(new CsvFile(file, StandardCharsets.UTF_8, Optional.of(CsvFile.Dialect.PLAIN)));

        assertThat(rows.values(USER_SIGNATURE)).containsExactly("\"a\"b");
    }

    @Test
    void aFileThatIsWrittenToMeanwhileIsNoticed() throws IOException {
        var file = Files.writeString(folder.resolve("busy"), HEADER + "\n1,a,c,s,fixture-secret-r,,,,,\n");

        var stayed = new CsvFile(file, StandardCharsets.UTF_8, Optional.empty()).read(row -> append(file));

        assertThat(stayed).isFalse();
    }

    private static void append(Path file) {
        try {
            Files.writeString(file, HEADER + "\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aFileOfSomethingElseIsRefused() throws IOException {
        var other = Files.writeString(folder.resolve("other"), "name,age\nalice,7\n");
        var empty = Files.writeString(folder.resolve("empty"), "");

        for (var file : List.of(other, empty, folder.resolve("missing"))) {
            assertThatThrownBy(() -> Rows.of(new CsvFile(file, StandardCharsets.UTF_8, Optional.empty())))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    private Rows read(String text) throws IOException {
        var file = Files.writeString(Files.createTempFile(folder, "tokens", ".csv"), text);
        return Rows.of(new CsvFile(file, StandardCharsets.UTF_8, Optional.empty()));
    }

    private static Rows fixture(String sdk) {
        return Rows.of(new CsvFile(
                Path.of("src/test/resources/migration/" + sdk + ".csv"), StandardCharsets.UTF_8, Optional.empty()));
    }
}
