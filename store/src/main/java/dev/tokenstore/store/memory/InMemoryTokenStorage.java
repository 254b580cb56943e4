package dev.tokenstore.store.memory;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.store.LastUse;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.SequenceCursor;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Keeps the rows of one store in the memory of this process, and forgets them with it: for tests and for trying things
/// out.
///
/// Any number of stores may share one; [#close] therefore keeps the rows.
public final class InMemoryTokenStorage implements TokenStorage {
    private static final List<TokenField> LOOKED_UP =
            List.of(ID, USER_SIGNATURE, REFRESH_TOKEN, GRANT_TOKEN, ACCESS_TOKEN);

    private final GeneratedIds ids;
    private final InstantSource clock;
    private final LivingTokens living;
    private final LastUse lastUse;
    private final ReentrantLock lock = new ReentrantLock();

    // all below only under the lock
    private final NavigableMap<Long, MemoryRow> rows = new TreeMap<>();
    private final Map<IndexKey, TreeSet<Long>> index = new HashMap<>();
    private long lastSequence;
    private Instant lastStamp = Instant.MIN;

    /// @param clock for the rows' times
    /// @param random a cryptographically strong source, for ids and versions
    public InMemoryTokenStorage(InstantSource clock, RandomGenerator random) {
        this(clock, random, LivingTokens.forEver());
    }

    /// @param living which rows are alive; nothing here deletes the others, but new ones that take their place
    public InMemoryTokenStorage(InstantSource clock, RandomGenerator random, LivingTokens living) {
        this.clock = clock;
        this.living = living;
        this.lastUse = new LastUse(living, this::recordUse);
        this.ids = new GeneratedIds(GeneratedIds.newStoreIdentity(random), random);
    }

    @Override
    public GeneratedIds ids() {
        return ids;
    }

    @Override
    public Optional<StoredToken> byId(SecretValue id) {
        return locked(() -> alive(with(ID, id)).stream().findFirst());
    }

    @Override
    public Optional<StoredToken> toDelete(SecretValue id) {
        return locked(() -> with(ID, id).stream().findFirst());
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        return wanted.get(USER_SIGNATURE)
                .map(user -> locked(() -> alive(with(USER_SIGNATURE, user))))
                .orElse(List.of());
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        return locked(() -> alive(with(credential, value)));
    }

    @Override
    public Insertion insert(TokenFields fields, Function<List<StoredToken>, Optional<StoredToken>> twin) {
        return locked(() -> {
            var related = new ArrayList<StoredToken>();
            LOOKED_UP.forEach(field -> fields.get(field).ifPresent(value -> related.addAll(with(field, value))));
            if (twin.apply(alive(related)).isPresent()) {
                return new Insertion.TwinFound();
            }
            // were they to live again, by a change of the policy, there would be two of the new row
            related.stream()
                    .filter(living::isOver)
                    .filter(row -> twin.apply(List.of(row)).isPresent())
                    .forEach(row -> remove(own(row)));
            var now = stamp();
            var stored = TokenFields.NONE.mergedWith(fields);
            var identified = stored.has(ID) ? stored : stored.with(ID, ids.next(ids.randomPlace()));
            var row = new MemoryRow(++lastSequence, ids.randomPlace(), 1, identified, now, now, now, now);
            add(row);
            return new Insertion.Inserted(row);
        });
    }

    @Override
    public Replacement replace(StoredToken current, TokenFields next) {
        return locked(() -> {
            var stored = rows.get(own(current).sequence());
            if (stored == null || stored.counter() != own(current).counter()) {
                return new Replacement.RowChanged();
            }
            var now = stamp();
            var sameUser = stored.fields().get(USER_SIGNATURE).equals(next.get(USER_SIGNATURE));
            var row = new MemoryRow(
                    stored.sequence(),
                    stored.nonce(),
                    stored.counter() + 1,
                    TokenFields.NONE.mergedWith(next),
                    stored.createTime(),
                    now,
                    now,
                    sameUser ? stored.userSince() : now);
            remove(stored);
            add(row);
            return new Replacement.Replaced(row);
        });
    }

    @Override
    public void used(StoredToken row) {
        lastUse.note(row);
    }

    private void recordUse(StoredToken row, Instant due) {
        locked(() -> {
            var stored = rows.get(own(row).sequence());
            if (stored != null && stored.lastActive().isBefore(due)) {
                rows.put(stored.sequence(), stored.usedAt(clock.instant()));
            }
            return Optional.empty();
        });
    }

    @Override
    public void delete(StoredToken row) {
        locked(() -> {
            var stored = rows.get(own(row).sequence());
            if (stored != null) {
                remove(stored);
            }
            return Optional.empty();
        });
    }

    @Override
    public long deleteAll() {
        return locked(() -> {
            var deleted = rows.size();
            rows.clear();
            index.clear();
            return deleted;
        });
    }

    @Override
    public Chunk list(int limit, String after) {
        var cursor = SequenceCursor.parse(after);
        return locked(() -> {
            var seen = rows.tailMap(cursor.after(), false).values().stream()
                    .limit(limit)
                    .toList();
            var listed = seen.stream()
                    .filter(row -> !living.isOver(row))
                    .map(row -> new Listed(row, cursorBehind(row)))
                    .toList();
            var hasMore = !seen.isEmpty() && seen.getLast().sequence() != rows.lastKey();
            return new Chunk(listed, hasMore ? Optional.of(cursorBehind(seen.getLast())) : Optional.empty());
        });
    }

    private static String cursorBehind(MemoryRow row) {
        return new SequenceCursor(row.sequence()).text();
    }

    /// Keeps the rows, for the other stores that share them.
    @Override
    public void close() {}

    private List<StoredToken> with(TokenField field, SecretValue value) {
        var found = new ArrayList<StoredToken>();
        for (var sequence : index.getOrDefault(new IndexKey(field, value), new TreeSet<>())) {
            found.add(rows.get(sequence));
        }
        return found;
    }

    private List<StoredToken> alive(List<StoredToken> stored) {
        return stored.stream().filter(row -> !living.isOver(row)).toList();
    }

    private void add(MemoryRow row) {
        rows.put(row.sequence(), row);
        for (var field : LOOKED_UP) {
            row.fields()
                    .get(field)
                    .ifPresent(value -> index.computeIfAbsent(new IndexKey(field, value), key -> new TreeSet<>())
                            .add(row.sequence()));
        }
    }

    private void remove(MemoryRow row) {
        rows.remove(row.sequence());
        for (var field : LOOKED_UP) {
            row.fields()
                    .get(field)
                    .ifPresent(value -> index.computeIfPresent(new IndexKey(field, value), (key, sequences) -> {
                        sequences.remove(row.sequence());
                        return sequences.isEmpty() ? null : sequences;
                    }));
        }
    }

    /// The time now, later than at any call before.
    private Instant stamp() {
        var now = clock.instant();
        lastStamp = now.isAfter(lastStamp) ? now : lastStamp.plusNanos(1);
        return lastStamp;
    }

    private static MemoryRow own(StoredToken row) {
        if (row instanceof MemoryRow own) {
            return own;
        }
        throw new IllegalArgumentException("the row is from another storage: " + row.name());
    }

    private <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private record IndexKey(TokenField field, SecretValue value) {}
}
