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
    void whatWindowsMakesOfPythonsLineEndsIsNoPartOfAValue() throws IOException {
        var written = Files.readString(Path.of("src/test/resources/migration/python.csv"));

        var rows = read(written.replace("\r\n", "\r\r\n"));

        assertThat(rows.values(REDIRECT_URL)).isEqualTo(fixture("python").values(REDIRECT_URL));
        assertThat(rows.values(API_DOMAIN)).isEqualTo(fixture("python").values(API_DOMAIN));
        assertThat(rows.values(ACCESS_TOKEN)).isEqualTo(fixture("python").values(ACCESS_TOKEN));
        assertThat(rows.broken()).isEmpty();
    }

    @Test
    void onlyCarriageReturnsOutsideOfQuotesBelongToTheLineEnd() throws IOException {
        var rows = read(HEADER + "\r\r\n1,a,c,s,fixture-secret-r,,,,,\"https://x\r\"\r\r\r\n"
                + "2,b,c,s,fixture-secret-r2,,,,,https://y\r\r\r\n\r\r\n");

        assertThat(rows.values(API_DOMAIN)).containsExactly("https://x\r", "https://y");
        assertThat(rows.broken()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "useridentifier,accesstoken,refreshtoken,expirytime",
                "\"USERIDENTIFIER\";\"accesstoken\";\"refreshtoken\";\"expirytime\"",
                "useridentifier\taccesstoken\trefreshtoken\texpirytime"
            })
    void theFirstSdksHadFourColumns(String header) throws IOException {
        var separator = header.contains(";") ? ";" : header.contains("\t") ? "\t" : ",";

        var rows = read(header + "\n"
                + String.join(separator, "old@example.com", "fixture-secret-a", "fixture-secret-r", "1893456000000")
                + "\n");

        assertThat(rows.readable().getFirst().fields())
                .isEqualTo(TokenFields.of(Map.of(
                        USER_SIGNATURE,
                        "old@example.com",
                        ACCESS_TOKEN,
                        "fixture-secret-a",
                        REFRESH_TOKEN,
                        "fixture-secret-r",
                        EXPIRES_IN,
                        "1893456000000")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
    void utf16IsReadWithAndWithoutAByteOrderMark(String charset) throws IOException {
        for (var mark : List.of("\uFEFF", "")) {
            for (var text : List.of(
                    HEADER + "\r\n1,\"é, 🔑\",c,s,fixture-secret-r,,,,,\r\n",
                    HEADER + "\n1,é, 🔑,s,fixture-secret-r,,,,,")) {
                var file = Files.write(folder.resolve("utf16"), (mark + text).getBytes(Charset.forName(charset)));

                var rows = Rows.of(new CsvFile(file, StandardCharsets.UTF_8, Optional.empty()));

                assertThat(rows.values(USER_SIGNATURE).getFirst()).startsWith("é");
                assertThat(rows.values(ID)).containsExactly("1");
            }
        }
    }

    @Test
    void semicolonsAreReadAsSpreadsheetsWriteThem() throws IOException {
        var rows = read(HEADER.replace(',', ';') + "\r\n1;\"a;b\";c;s;fixture-secret-r;;;;;https://x,y\r\n"
                + "2;b;c;s;fixture-secret-r2;;;1,89346E+12;;\r\n");

        assertThat(rows.values(USER_SIGNATURE)).containsExactly("a;b");
        assertThat(rows.values(API_DOMAIN)).containsExactly("https://x,y");
        assertThat(rows.broken()).containsExactly("line 3: its expiry_time is not a moment in milliseconds since 1970");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void quotedFilesAreReadAlsoWithoutTheirLastLineEnd(String lineEnd) throws IOException {
        var header = "\"" + HEADER.replace(",", "\",\"") + "\"";
        var row = "\"1\",\"a, b\",\"c\",\"s\",\"fixture-secret-\"\"r\"\"\",\"\",\"\",\"\",\"\",\"\"";

        var rows = read(header + lineEnd + row);

        assertThat(rows.values(USER_SIGNATURE)).containsExactly("a, b");
        assertThat(rows.values(REFRESH_TOKEN)).containsExactly("fixture-secret-\"r\"");
        assertThat(rows.values(ID)).containsExactly("1");
    }

    @Test
    void aQuotedValueInAFileThatMayBePlainIsNotGuessed() throws IOException {
        var text = HEADER + "\n1,\"a\",c,s,fixture-secret-r,,,,,\n2,\"a, b\",c,s,fixture-secret-r2,,,,,";
        var file = Files.writeString(folder.resolve("lost-line-end"), text);

        assertThat(read(text).broken())
                .containsExactly(
                        "line 2: a value in it is in quotes; say with --dialect plain that they belong to the value,"
                                + " with --dialect quoted that they do not",
                        "line 3: it has 11 values instead of 10: a comma or line break in a value tore it, or it was"
                                + " edited; if values are quoted, use --dialect quoted");
        assertThat(Rows.of(new CsvFile(file, StandardCharsets.UTF_8, Optional.of(CsvFile.Dialect.QUOTED)))
                        .values(USER_SIGNATURE))
                .containsExactly("a", "a, b");
    }

    @Test
    void whatCannotBeReadIsNamed() throws IOException {
        var pickle = Files.write(folder.resolve("tokens.pkl"), new byte[] {(byte) 0x80, 4, (byte) 0x95, 1, 'x', '\n'});
        var bars = Files.writeString(folder.resolve("bars"), HEADER.replace(',', '|') + "\n");

        assertThatThrownBy(() -> Rows.of(new CsvFile(pickle, StandardCharsets.UTF_8, Optional.empty())))
                .hasMessage(
                        pickle + " is not text in UTF-8; name its encoding with --charset, or name the file that the"
                                + " SDK's FileStore wrote");
        assertThatThrownBy(() -> Rows.of(new CsvFile(bars, StandardCharsets.UTF_8, Optional.empty())))
                .hasMessage(
                        bars + " has no columns named access_token and refresh_token, or accesstoken and refreshtoken;"
                                + " its first line was read as UTF-8, separated by commas, semicolons or tabs, and quoted: name"
                                + " its encoding with --charset and its quoting with --dialect, or name the file that the SDK's"
                                + " FileStore wrote");
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
