package dev.tokenstore.store.memory;

import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.store.LastUse;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenRules;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.embedded.CleanupListener;
import dev.tokenstore.store.embedded.EmbeddedCleanup;
import dev.tokenstore.store.embedded.MaxTokens;
import dev.tokenstore.store.embedded.OverdueRows;
import dev.tokenstore.store.embedded.RowVersion;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Keeps the rows of one store in the memory of this process and writes nothing to disk: for tests and trials.
///
/// The rows end with the process. [#close] ends the cleanup and the recording of last use, and keeps the rows.
public final class InMemoryTokenStorage implements TokenStorage {
    private static final Duration LONGEST_SLEEP = Duration.ofDays(1);

    private final GeneratedIds ids;
    private final StoreSettings settings;
    private final InstantSource clock;
    private final LivingTokens living;
    private final LastUse lastUse;
    private final EmbeddedCleanup cleanup;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // all below only under the lock
    private final NavigableMap<Long, StoredToken> rows = new TreeMap<>();
    private long lastSequence;
    private Instant lastTimestamp = Instant.MIN;

    /// @param listener gets what the cleanup deletes
    InMemoryTokenStorage(
            StoreSettings settings, InstantSource clock, RandomGenerator random, CleanupListener listener) {
        this.settings = settings;
        this.clock = clock;
        this.living = new LivingTokens(() -> settings, clock);
        this.lastUse = new LastUse(living, this::writeUse);
        this.cleanup = new EmbeddedCleanup(overdueRows(), settings.retention(), clock, LONGEST_SLEEP, listener);
        this.ids = new GeneratedIds(GeneratedIds.newStoreIdentity(random), random);
    }

    /// Opens an empty store; if its settings ask for it, its cleanup runs until [#close].
    ///
    /// @param clock judges how old rows are; one that is never stepped, such as
    ///     [dev.tokenstore.store.embedded.MachineClock], ends no token early
    /// @param random a cryptographically strong source, for ids and versions
    /// @param listener gets what the cleanup deletes
    public static InMemoryTokenStorage open(
            StoreSettings settings, InstantSource clock, RandomGenerator random, CleanupListener listener) {
        var storage = new InMemoryTokenStorage(settings, clock, random, listener);
        if (settings.deletes()) {
            storage.cleanup.start();
        }
        return storage;
    }

    @Override
    public GeneratedIds ids() {
        return ids;
    }

    /// Records last use in the rows.
    public UseRecorder uses() {
        return lastUse;
    }

    @Override
    public Optional<StoredToken> byId(TokenId id) {
        return byIdEvenIfOver(id).filter(row -> !living.isOver(row));
    }

    @Override
    public Optional<StoredToken> byIdEvenIfOver(TokenId id) {
        return locked(() -> stored().byId(id));
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        return locked(() -> living.among(stored().byUser(wanted)));
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        return locked(() -> living.among(stored().byCredential(credential, value)));
    }

    @Override
    public Insertion insert(NewRow row) {
        return locked(() -> {
            var stored = List.copyOf(rows.values());
            if (row.twinAmong(living.among(stored)).isPresent()) {
                return new Insertion.TwinFound();
            }
            // if a change of the policy made them live again, the new row would have a twin
            stored.stream().filter(living::isOver).filter(row::isTwinOf).forEach(this::remove);
            MaxTokens.requireRoom(settings, rows.size());
            var now = timestamp();
            var given = TokenFields.NONE.mergedWith(row.fields());
            var fields = given.has(ID) ? given : given.with(ID, ids.next().reveal());
            var version = new RowVersion(++lastSequence, ids.randomLocator(), 1);
            var inserted = version.row(fields, now, now, now, now);
            put(inserted);
            cleanup.saved(inserted);
            return new Insertion.Inserted(inserted);
        });
    }

    @Override
    public Replacement replace(StoredToken current, TokenFields next) {
        return locked(() -> {
            var stored = stored(current);
            if (stored.filter(row -> row.version().equals(current.version())).isEmpty()) {
                return new Replacement.RowChanged();
            }
            var now = timestamp();
            var sameUser = current.fields().get(USER_SIGNATURE).equals(next.get(USER_SIGNATURE));
            var row = RowVersion.of(current)
                    .next()
                    .row(
                            TokenFields.NONE.mergedWith(next),
                            current.createTime(),
                            now,
                            now,
                            sameUser ? current.userSince() : now);
            put(row);
            cleanup.saved(row);
            return new Replacement.Replaced(row);
        });
    }

    void writeUse(StoredToken row, Instant due) {
        locked(() -> stored(row)
                .filter(stored -> stored.lastActive().isBefore(due))
                .map(stored -> put(RowVersion.of(stored)
                        .row(
                                stored.fields(),
                                stored.createTime(),
                                stored.updateTime(),
                                clock.instant(),
                                stored.userSince())
                        .withClaim(stored.claim()))));
    }

    @Override
    public Replacement claim(StoredToken current, Optional<RefreshClaim> claim) {
        return locked(() -> stored(current)
                .filter(current::equals)
                .<Replacement>map(row -> new Replacement.Replaced(put(row.withClaim(claim))))
                .orElseGet(Replacement.RowChanged::new));
    }

    @Override
    public void awaitChange(StoredToken seen, Duration atMost) throws InterruptedException {
        var nanos = atMost.toNanos();
        lock.lock();
        try {
            while (nanos > 0 && stored(seen).filter(seen::equals).isPresent()) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean delete(StoredToken row) {
        return locked(() -> {
            var stored = stored(row);
            stored.ifPresent(this::remove);
            return stored.isPresent();
        });
    }

    @Override
    public boolean deleteUnchanged(StoredToken row) {
        return locked(() -> {
            var stored = stored(row).filter(row::equals);
            stored.ifPresent(this::remove);
            return stored.isPresent();
        });
    }

    @Override
    public long deleteAll() {
        return locked(() -> {
            var deleted = rows.size();
            rows.clear();
            changed.signalAll();
            return deleted;
        });
    }

    @Override
    public Chunk list(int limit, String after) {
        var sequence = RowVersion.sequenceOf(after);
        return locked(() -> {
            var seen =
                    rows.tailMap(sequence, false).values().stream().limit(limit).toList();
            var listed = living.among(seen).stream()
                    .map(row -> new Listed(row, cursorAfter(row)))
                    .toList();
            var hasMore = !seen.isEmpty() && RowVersion.of(seen.getLast()).sequence() != rows.lastKey();
            return new Chunk(listed, hasMore ? Optional.of(cursorAfter(seen.getLast())) : Optional.empty());
        });
    }

    private static String cursorAfter(StoredToken row) {
        return RowVersion.cursorAfter(RowVersion.of(row).sequence());
    }

    @Override
    public void close() {
        cleanup.close();
        lastUse.close();
    }

    /// The row as it is now.
    private Optional<StoredToken> stored(StoredToken row) {
        return Optional.ofNullable(rows.get(RowVersion.of(row).sequence()));
    }

    /// All rows, to be looked up in: a scan, since the rows of tests and trials are few.
    private TokenRules.RowsAtHand stored() {
        return new TokenRules.RowsAtHand(List.copyOf(rows.values()));
    }

    private StoredToken put(StoredToken row) {
        rows.put(RowVersion.of(row).sequence(), row);
        changed.signalAll();
        return row;
    }

    private void remove(StoredToken row) {
        rows.remove(RowVersion.of(row).sequence());
        changed.signalAll();
    }

    /// The time now, later than at any call before.
    private Instant timestamp() {
        var now = clock.instant();
        lastTimestamp = now.isAfter(lastTimestamp) ? now : lastTimestamp.plusNanos(1);
        return lastTimestamp;
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    OverdueRows<StoredToken> overdueRows() {
        return new Overdue();
    }

    private final class Overdue implements OverdueRows<StoredToken> {
        @Override
        public void forEach(Instant now, BiConsumer<StoredToken, TokenFacts> action) {
            locked(() -> List.copyOf(rows.values())).forEach(row -> action.accept(row, LivingTokens.factsOf(row, now)));
        }

        @Override
        public List<StoredToken> deleteUnchanged(Collection<StoredToken> due) {
            return locked(() -> {
                var unchanged = due.stream()
                        .filter(row -> stored(row).filter(row::equals).isPresent())
                        .toList();
                unchanged.forEach(InMemoryTokenStorage.this::remove);
                return unchanged;
            });
        }

        @Override
        public long revision() {
            return 0;
        }
    }
}
