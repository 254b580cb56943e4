package dev.tokenstore.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.embedded.MachineClock;
import dev.tokenstore.store.embedded.RecordedCleanup;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFileTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final TokenFields TOKEN = TokenFields.NONE.with(TokenField.ACCESS_TOKEN, "fixture-secret-access");

    @TempDir
    Path directory;

    @Test
    void theFileAndThoseBesideItAndTheirDirectoryAreOnlyTheOwners() throws IOException {
        var file = directory.resolve("new/below/tokens.db");
        try (var store = open(file)) {
            store.save(TOKEN);

            assertThat(modeOf(directory.resolve("new"))).isEqualTo("rwx------");
            assertThat(modeOf(directory.resolve("new/below"))).isEqualTo("rwx------");
            for (var name : List.of("tokens.db", "tokens.db-wal", "tokens.db-shm")) {
                assertThat(modeOf(file.resolveSibling(name))).isEqualTo("rw-------");
            }
        }
    }

    @Test
    void isCreatedPrivateAndNotMadeSoLater() throws IOException {
        var file = directory.resolve("tokens.db");

        PrivateFile.prepare(file);

        assertThat(modeOf(file)).isEqualTo("rw-------");
        assertThat(file).isEmptyFile();
    }

    @Test
    void takesOtherPeoplesRightsFromFilesThatAreThere() throws IOException {
        var file = directory.resolve("tokens.db");
        try (var store = open(file);
                var second = open(file)) {
            store.save(TOKEN);
            for (var name : List.of("tokens.db", "tokens.db-wal", "tokens.db-shm")) {
                Files.setPosixFilePermissions(directory.resolve(name), PosixFilePermissions.fromString("rw-rw-r--"));
            }

            try (var third = open(file)) {
                assertThat(third.find(TOKEN)).isPresent();
                assertThat(second.find(TOKEN)).isPresent();
                for (var name : List.of("tokens.db", "tokens.db-wal", "tokens.db-shm")) {
                    assertThat(modeOf(directory.resolve(name))).isEqualTo("rw-------");
                }
            }
        }
    }

    @Test
    void leavesADirectoryThatIsThereAsItIs() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));

        open(directory.resolve("tokens.db")).close();

        assertThat(modeOf(directory)).isEqualTo("rwxr-x---");
    }

    private static TokenStore open(Path file) {
        var storage = SqliteTokenStorage.open(
                file,
                StoreSettings.KEEP_EVERYTHING,
                new MachineClock(InstantSource.system()),
                RANDOM,
                row -> {},
                new RecordedCleanup());
        return new TokenStore(storage, storage, storage.uses(), RANDOM);
    }

    private static String modeOf(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
