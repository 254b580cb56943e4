package dev.tokenstore.store.memory;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

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
    private final ReentrantLock lock = new ReentrantLock();

    // all below only under the lock
    private final NavigableMap<Long, MemoryRow> rows = new TreeMap<>();
    private final Map<IndexKey, TreeSet<Long>> index = new HashMap<>();
    private long lastSequence;
    private Instant lastStamp = Instant.MIN;

    /// @param clock for the rows' times
    /// @param random a cryptographically strong source, for ids and versions
    public InMemoryTokenStorage(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.ids = new GeneratedIds(GeneratedIds.newStoreIdentity(random), random);
    }

    @Override
    public GeneratedIds ids() {
        return ids;
    }

    @Override
    public Optional<StoredToken> byId(SecretValue id) {
        return locked(() -> with(ID, id).stream().findFirst());
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        return wanted.get(USER_SIGNATURE)
                .map(user -> locked(() -> with(USER_SIGNATURE, user)))
                .orElse(List.of());
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        return locked(() -> with(credential, value));
    }

    @Override
    public Insertion insert(TokenFields fields, Function<List<StoredToken>, Optional<StoredToken>> twin) {
        return locked(() -> {
            var related = new ArrayList<StoredToken>();
            LOOKED_UP.forEach(field -> fields.get(field).ifPresent(value -> related.addAll(with(field, value))));
            if (twin.apply(related).isPresent()) {
                return new Insertion.TwinFound();
            }
            var now = stamp();
            var stored = TokenFields.NONE.mergedWith(fields);
            var identified = stored.has(ID) ? stored : stored.with(ID, ids.next(ids.randomPlace()));
            var row = new MemoryRow(++lastSequence, ids.randomPlace(), 1, identified, now, now, now);
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
                    sameUser ? stored.userSince() : now);
            remove(stored);
            add(row);
            return new Replacement.Replaced(row);
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
            var listed = rows.tailMap(cursor.after(), false).values().stream()
                    .limit(limit)
                    .map(row -> new Listed(row, new SequenceCursor(row.sequence()).text()))
                    .toList();
            var hasMore = !listed.isEmpty()
                    && !listed.getLast().row().equals(rows.lastEntry().getValue());
            return new Chunk(listed, hasMore ? Optional.of(listed.getLast().cursor()) : Optional.empty());
        });
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
