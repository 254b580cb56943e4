package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.store.LastUse;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.embedded.CleanupListener;
import dev.tokenstore.store.embedded.EmbeddedCleanup;
import dev.tokenstore.store.embedded.MachineClock;
import dev.tokenstore.store.embedded.MaxTokens;
import dev.tokenstore.store.embedded.RowVersion;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Keeps the rows of one store in a SQLite file, for machines without a cluster.
///
/// Several processes may use the file at once. A write that returned survives a crash of the process and of the
/// machine. Only its owner may use the file (0600) and the two beside it (`-wal`, `-shm`). Values are kept as their
/// UTF-8 bytes; what is deleted is overwritten. Blocking: waits for the disk, and up to some seconds for other
/// processes.
///
/// [StorageException]s have the reason `STORAGE_UNAVAILABLE`, `STORAGE_FULL` or `TOKEN_UNREADABLE`.
public final class SqliteTokenStorage implements TokenStorage {
    /// A use that is not recorded could end a session early, so its recording outlasts another process's lock.
    private static final Duration USE_TIMEOUT = Duration.ofMinutes(10);

    /// How late the cleanup may find a row that another process saves.
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(5);

    /// How late a wait may see what another process writes.
    private static final Duration POLL = Duration.ofMillis(50);

    private final SqliteFile file;

    /// A connection of its own for recorded uses and the cleanup: no call waits while these wait for another
    /// process's lock.
    private final SqliteFile background;

    private final StoreSettings settings;
    private final LivingTokens living;
    private final GeneratedIds ids;
    private final InstantSource timestamps;
    private final RandomGenerator random;
    private final TokenTable table;
    private final OverdueSqliteRows overdueRows;
    private final LastUse lastUse;
    private final EmbeddedCleanup cleanup;

    /// @param file closed with this
    SqliteTokenStorage(
            SqliteFile file,
            StoreSettings settings,
            MachineClock clock,
            RandomGenerator random,
            Consumer<String> unreadable,
            CleanupListener listener) {
        this.file = file;
        this.settings = settings;
        this.living = new LivingTokens(() -> settings, clock);
        this.ids = new GeneratedIds(file.identity(), random);
        this.timestamps = clock.timestamps();
        this.random = random;
        var sessionsSince = file.sessionsSince(living.sessionTimeout(), timestamps.instant());
        this.table = new TokenTable(timestamps, sessionsSince, unreadable);
        this.background = settings.deletes() ? SqliteFile.open(file.path(), random) : file;
        this.overdueRows = new OverdueSqliteRows(background, sessionsSince);
        this.lastUse = new LastUse(living, this::writeUse);
        this.cleanup = new EmbeddedCleanup(overdueRows, settings.retention(), clock, LONGEST_SLEEP, listener);
    }

    /// Opens the file, and creates it where there is none; if the settings ask for it, its cleanup runs until [#close].
    ///
    /// @param file where the rows are kept; a directory that is missing is created (0700)
    /// @param random a cryptographically strong source, for ids and versions
    /// @param unreadable called with the name of a row, never a value, whenever one is read that someone edited
    /// into something that is not a token; called while the file is in use, so it must not block
    /// @param listener gets what the cleanup deletes
    public static SqliteTokenStorage open(
            Path file,
            StoreSettings settings,
            MachineClock clock,
            RandomGenerator random,
            Consumer<String> unreadable,
            CleanupListener listener) {
        var opened = SqliteFile.open(file, random);
        try {
            var storage = new SqliteTokenStorage(opened, settings, clock, random, unreadable, listener);
            if (settings.deletes()) {
                storage.cleanup.start();
            }
            return storage;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /// Records last use in the rows.
    public UseRecorder uses() {
        return lastUse;
    }

    OverdueSqliteRows overdueRows() {
        return overdueRows;
    }

    void writeUse(StoredToken row, Instant due) {
        var timeout = Timeout.of(USE_TIMEOUT);
        var backoff = Backoff.forContention(random);
        while (true) {
            try {
                background.write(connection -> TokenTable.recordUse(connection, row, timestamps.instant(), due));
                return;
            } catch (StorageException e) {
                if (!backoff.sleep(timeout)) {
                    throw e;
                }
            }
        }
    }

    @Override
    public GeneratedIds ids() {
        return ids;
    }

    @Override
    public Optional<StoredToken> byId(TokenId id) {
        return file.read(connection -> table.withId(connection, id)).filter(row -> !living.isOver(row));
    }

    @Override
    public Optional<StoredToken> byIdEvenIfOver(TokenId id) {
        return file.read(connection -> table.withId(connection, id));
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        var user = wanted.get(USER_SIGNATURE);
        return user.isEmpty() ? List.of() : byCredential(USER_SIGNATURE, user.get());
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        return living.among(file.read(connection -> table.with(connection, credential, value)));
    }

    @Override
    public Insertion insert(NewRow row) {
        var insertion = file.write(connection -> {
            var fields = row.fields();
            var related = table.related(connection, fields);
            if (row.twinAmong(living.among(related)).isPresent()) {
                return new Insertion.TwinFound();
            }
            deleteTwinsThatAreOver(connection, related, row);
            if (settings.maxTokens().isPresent()) {
                MaxTokens.requireRoom(settings, Sql.number(connection, "SELECT count(*) FROM token"));
            }
            var stored = fields.has(ID) ? fields : fields.with(ID, ids.next().reveal());
            return new Insertion.Inserted(
                    table.insert(connection, ids.randomLocator(), TokenFields.NONE.mergedWith(stored)));
        });
        if (insertion instanceof Insertion.Inserted inserted) {
            cleanup.saved(inserted.row());
        }
        return insertion;
    }

    /// If a change of the policy made them live again, the new row would have a twin.
    private void deleteTwinsThatAreOver(Connection connection, List<StoredToken> related, NewRow row)
            throws SQLException {
        for (var other : related) {
            if (living.isOver(other) && row.isTwinOf(other)) {
                TokenTable.delete(connection, other);
            }
        }
    }

    @Override
    public Replacement replace(StoredToken current, TokenFields next) {
        var replacement = file.<Replacement>write(connection -> table.update(connection, current, next)
                .<Replacement>map(Replacement.Replaced::new)
                .orElseGet(Replacement.RowChanged::new));
        if (replacement instanceof Replacement.Replaced replaced) {
            cleanup.saved(replaced.row());
        }
        return replacement;
    }

    @Override
    public Replacement claim(StoredToken current, Optional<RefreshClaim> claim) {
        var isWritten = file.write(connection -> TokenTable.claim(connection, current, claim)) == 1;
        return isWritten ? new Replacement.Replaced(current.withClaim(claim)) : new Replacement.RowChanged();
    }

    /// Asks again and again: a file does not tell of the writes of other processes.
    @Override
    public void awaitChange(StoredToken seen, Duration atMost) throws InterruptedException {
        var end = System.nanoTime() + atMost.toNanos();
        while (byIdEvenIfOver(seen.id()).filter(seen::equals).isPresent()) {
            var left = end - System.nanoTime();
            if (left <= 0) {
                return;
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(left, POLL.toNanos()));
        }
    }

    @Override
    public boolean delete(StoredToken row) {
        return file.write(connection -> TokenTable.delete(connection, row)) == 1;
    }

    @Override
    public boolean deleteUnchanged(StoredToken row) {
        return file.write(connection -> TokenTable.deleteUnchanged(connection, row)) == 1;
    }

    @Override
    public long deleteAll() {
        return file.write(connection -> (long) Sql.update(connection, "DELETE FROM token"));
    }

    @Override
    public Chunk list(int limit, String after) {
        var sequence = RowVersion.sequenceOf(after);
        return file.read(connection -> table.chunk(connection, sequence, limit, row -> !living.isOver(row)));
    }

    @Override
    public void close() {
        cleanup.close();
        lastUse.close();
        background.close();
        file.close();
    }
}
