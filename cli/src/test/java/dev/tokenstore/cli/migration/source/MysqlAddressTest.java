package dev.tokenstore.cli.migration.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.cli.output.CommandException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MysqlAddressTest {
    @Test
    void namesUserHostPortAndDatabase() {
        assertThat(MysqlAddress.parse("mysql://app@db.example:3307/zohooauth"))
                .isEqualTo(new MysqlAddress("app", "db.example", 3307, "zohooauth"));
        assertThat(MysqlAddress.parse("mysql://app@db/zohooauth").port()).isEqualTo(3306);
    }

    @Test
    void aPasswordIsRefusedAndNotRepeated() {
        assertThatThrownBy(() -> MysqlAddress.parse("mysql://app:fixture-secret@db/zohooauth"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("$TOKENSTORE_MYSQL_PASSWORD")
                .hasMessageNotContaining("fixture-secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql://db/zohooauth",
                "mysql://app@db",
                "mysql://app@db/",
                "mysql://app@db/a/b",
                "mysql://app@db/zohooauth?allowLocalInfile=true",
                "mysql://app@db/zohooauth%3FsslMode=disable",
                "mysql:app"
            })
    void anythingElseIsMalformed(String text) {
        assertThatThrownBy(() -> MysqlAddress.parse(text))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("mysql://USER@HOST[:PORT]/DATABASE");
    }

    @ParameterizedTest
    @CsvSource({"localhost, OFF", "127.0.0.1, OFF", "db.example, VERIFY"})
    void onlyOnThisMachineIsNothingEncryptedUnasked(String host, MysqlTls.Mode mode) {
        assertThat(new MysqlTls(null, null).modeFor(new MysqlAddress("app", host, 3306, "d")))
                .isEqualTo(mode);
    }
}
