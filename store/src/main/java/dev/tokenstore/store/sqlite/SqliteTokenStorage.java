package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.SequenceCursor;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Keeps the rows of one store in a SQLite file, for machines without a cluster.
///
/// Several processes may use the file at once. A write that returned survives the end of the process and of the
/// machine.
/// The file is only its owner's (0600), as are the two beside it (`-wal`, `-shm`). Values are kept as their UTF-8
/// bytes, what was deleted is overwritten. Blocking: waits for the disk, and up to some seconds for other processes.
///
/// [StorageException]s have the reason `STORAGE_UNAVAILABLE`, `STORAGE_FULL` or `TOKEN_UNREADABLE`.
public final class SqliteTokenStorage implements TokenStorage {
    private final SqliteFile file;
    private final GeneratedIds ids;
    private final TokenTable table;
    private final LivingTokens living;
    private final Optional<Integer> maxTokens;
    private final Optional<Housekeeping> housekeeping;

    /// Opens the file, and creates it where there is none.
    ///
    /// @param file where the rows are kept; a directory that is missing is created (0700)
    /// @param clock for the rows' times
    /// @param random a cryptographically strong source, for ids and versions
    /// @param unreadable told the name of a row, never a value, whenever one is met that someone edited into
    /// something that is not a token; called while the file is in use, so it must not block
    public SqliteTokenStorage(Path file, InstantSource clock, RandomGenerator random, Consumer<String> unreadable) {
        this(SqliteFile.open(file, clock, random), clock, random, unreadable);
    }

    SqliteTokenStorage(SqliteFile file, InstantSource clock, RandomGenerator random, Consumer<String> unreadable) {
        this(
                file,
                clock,
                random,
                unreadable,
                LivingTokens.forEver(),
                Optional.empty(),
                Instant.EPOCH,
                Optional.empty());
    }

    /// @param living which rows are alive
    /// @param sessionsSince since when uses have been recorded in the file
    /// @param housekeeping closed with this
    SqliteTokenStorage(
            SqliteFile file,
            InstantSource clock,
            RandomGenerator random,
            Consumer<String> unreadable,
            LivingTokens living,
            Optional<Integer> maxTokens,
            Instant sessionsSince,
            Optional<Housekeeping> housekeeping) {
        this.file = file;
        this.ids = new GeneratedIds(file.identity(), random);
        this.table = new TokenTable(clock, sessionsSince, unreadable);
        this.living = living;
        this.maxTokens = maxTokens;
        this.housekeeping = housekeeping;
    }

    /// The same, of rows that live and are deleted as the policy says.
    ///
    /// @param listener hears what is deleted
    public static SqliteTokenStorage open(
            Path file,
            EmbeddedPolicy policy,
            MachineClock clock,
            RandomGenerator random,
            Consumer<String> unreadable,
            CleanupListener listener) {
        var living = new LivingTokens(policy.retention(), clock);
        var stamps = clock.stamps();
        var opened = SqliteFile.open(file, stamps, random);
        try {
            var sessionsSince = opened.sessionsSince(living.sessionTimeout(), stamps.instant());
            var housekeeping = policy.deletes()
                    ? Optional.of(Housekeeping.start(file, policy, living, clock, sessionsSince, random, listener))
                    : Optional.<Housekeeping>empty();
            return new SqliteTokenStorage(
                    opened, stamps, random, unreadable, living, policy.maxTokens(), sessionsSince, housekeeping);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    @Override
    public GeneratedIds ids() {
        return ids;
    }

    @Override
    public Optional<StoredToken> byId(SecretValue id) {
        return file.read(connection -> table.withId(connection, id)).filter(row -> !living.isOver(row));
    }

    @Override
    public Optional<StoredToken> toDelete(SecretValue id) {
        return file.read(connection -> table.withId(connection, id));
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        var user = wanted.get(USER_SIGNATURE);
        return user.isEmpty() ? List.of() : byCredential(USER_SIGNATURE, user.get());
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        return alive(file.read(connection -> table.with(connection, credential, value)));
    }

    private List<StoredToken> alive(List<StoredToken> rows) {
        return rows.stream().filter(row -> !living.isOver(row)).toList();
    }

    @Override
    public Insertion insert(TokenFields fields, Function<List<StoredToken>, Optional<StoredToken>> twin) {
        var insertion = file.write(connection -> {
            var related = table.related(connection, fields);
            if (twin.apply(alive(related)).isPresent()) {
                return new Insertion.TwinFound();
            }
            deleteTwinsThatAreOver(connection, related, twin);
            requireRoom(connection);
            var stored = fields.has(ID) ? fields : fields.with(ID, ids.next(ids.randomPlace()));
            return new Insertion.Inserted(
                    table.insert(connection, ids.randomPlace(), TokenFields.NONE.mergedWith(stored)));
        });
        if (insertion instanceof Insertion.Inserted inserted) {
            housekeeping.ifPresent(work -> work.stored(inserted.row()));
        }
        return insertion;
    }

    /// Were they to live again, by a change of the policy, there would be two of the new row.
    private void deleteTwinsThatAreOver(
            Connection connection, List<StoredToken> related, Function<List<StoredToken>, Optional<StoredToken>> twin)
            throws SQLException {
        for (var row : related) {
            if (living.isOver(row) && twin.apply(List.of(row)).isPresent()) {
                TokenTable.delete(connection, own(row));
            }
        }
    }

    private void requireRoom(Connection connection) throws SQLException {
        if (maxTokens.isEmpty()) {
            return;
        }
        var count = TokenTable.count(connection);
        if (count >= maxTokens.get()) {
            throw new StorageException(
                    StorageException.Reason.STORE_FULL,
                    "the store holds " + count + " of the " + maxTokens.get()
                            + " tokens that it may hold; delete some, or raise --max-tokens");
        }
    }

    @Override
    public Replacement replace(StoredToken current, TokenFields next) {
        var replacement = file.<Replacement>write(connection -> table.update(connection, own(current), next)
                .<Replacement>map(Replacement.Replaced::new)
                .orElseGet(Replacement.RowChanged::new));
        if (replacement instanceof Replacement.Replaced replaced) {
            housekeeping.ifPresent(work -> work.stored(replaced.row()));
        }
        return replacement;
    }

    @Override
    public void used(StoredToken row) {
        housekeeping.ifPresent(work -> work.used(row));
    }

    @Override
    public void delete(StoredToken row) {
        file.write(connection -> TokenTable.delete(connection, own(row)));
    }

    @Override
    public long deleteAll() {
        return file.write(TokenTable::deleteAll);
    }

    @Override
    public Chunk list(int limit, String after) {
        var cursor = SequenceCursor.parse(after);
        return file.read(connection -> table.chunk(connection, cursor, limit, row -> !living.isOver(row)));
    }

    @Override
    public void close() {
        housekeeping.ifPresent(Housekeeping::close);
        file.close();
    }

    private static SqliteRow own(StoredToken row) {
        if (row instanceof SqliteRow own) {
            return own;
        }
        throw new IllegalArgumentException("the row is from another storage: " + row.name());
    }
}
