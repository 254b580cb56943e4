package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.store.token.TokenFields;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The last known rows of the Secrets that reads and saves of this process have used, by name. Thread-safe.
///
/// Which of two answers of the API server is the newer one: the one that was asked for after the other had arrived,
/// whatever their versions, which turn back when etcd is restored; else the higher resourceVersion of one Secret. After
/// an own write, and when the outcome of one is unknown, an answer counts only if it was asked for later or holds that
/// write.
///
/// Moments are those of a monotonic timer, in nanoseconds.
final class RowCache {
    private static final long MAX_BYTES = 8L << 20;
    private static final int OVERHEAD_BYTES = 1024;

    /// No request is in flight for longer.
    private static final long FLOOR_NANOS = Duration.ofMinutes(1).toNanos();

    private static final int MAX_FLOORS = 1_000;
    private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    private final long maxBytes;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final Map<String, Floor> floors = new ConcurrentHashMap<>();
    private final ChangeSignals signals;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong floorsSweptAt = new AtomicLong();
    private final AtomicBoolean isEvicting = new AtomicBoolean();
    private volatile long clearedAt;

    /// A row, and when the API server was asked for it.
    static final class Entry {
        private final SecretRow row;
        private final TokenFacts facts;
        private final Optional<Instant> expiry;
        private final long version;
        private final int bytes;
        private final long askedAt;
        private final long learntAt;
        private Usage usage = new Usage();

        /// @param facts for the decision whether the row's time is over
        /// @param askedAt when the request was sent whose answer holds the row
        /// @param learntAt when that answer had arrived
        Entry(SecretRow row, TokenFacts facts, long askedAt, long learntAt) {
            this.row = row;
            this.facts = facts;
            this.expiry = row.fields().expiry();
            this.version = versionOf(row);
            this.bytes = OVERHEAD_BYTES + sizeOf(row.fields());
            this.askedAt = askedAt;
            this.learntAt = learntAt;
            this.usage.at = askedAt;
        }

        SecretRow row() {
            return row;
        }

        TokenFacts facts() {
            return facts;
        }

        /// When the access token expires; empty if unknown.
        Optional<Instant> expiry() {
            return expiry;
        }

        long askedAt() {
            return askedAt;
        }

        private boolean isOfSameSecret(Entry other) {
            return row.uid().equals(other.row.uid());
        }

        /// The same row, as old as another: a watch delivers changes, and does not say that they are the last ones.
        private Entry askedForAt(long moment) {
            return new Entry(row, facts, moment, learntAt);
        }

        private static int sizeOf(TokenFields fields) {
            var size = new AtomicInteger();
            fields.forEachPresent(
                    (field, value) -> size.addAndGet(value.reveal().length()));
            return size.get();
        }

        private static long versionOf(SecretRow row) {
            return version(row.version().resourceVersion());
        }

        static long version(String resourceVersion) {
            try {
                return Long.parseLong(resourceVersion);
            } catch (NumberFormatException e) {
                return 0; // opaque: then only the order of the requests counts
            }
        }
    }

    /// How a row is used; it passes on from entry to entry.
    private static final class Usage {
        private final LongAdder count = new LongAdder();
        private volatile long at;
        private double rate;
    }

    /// What later answers must hold: the own write of that moment; without one, nothing that was asked for before.
    ///
    /// @param uid of the Secret that was written; null if what is stored is unknown
    private record Floor(long at, @Nullable String uid, long version) {
        boolean admits(Optional<Entry> answer, long askedAt) {
            return askedAt - at >= 0
                    || uid != null
                            && answer.filter(entry -> entry.row.uid().equals(uid) && entry.version >= version)
                                    .isPresent();
        }
    }

    /// @param signals gets the name of each row that may have changed
    RowCache(LongSupplier nanoTime, ChangeSignals signals) {
        this(nanoTime, signals, MAX_BYTES);
    }

    RowCache(LongSupplier nanoTime, ChangeSignals signals, long maxBytes) {
        this.nanoTime = nanoTime;
        this.signals = signals;
        this.maxBytes = maxBytes;
        this.clearedAt = nanoTime.getAsLong();
    }

    Optional<Entry> get(String name) {
        var entry = entries.get(name);
        if (entry == null) {
            return Optional.empty();
        }
        entry.usage.at = nanoTime.getAsLong();
        entry.usage.count.increment();
        return Optional.of(entry);
    }

    /// Takes an answer to a consistent read. Where it overlapped with what is known, and versions do not tell which is
    /// newer, nothing is known any more.
    ///
    /// @param answer empty if there is no row of that name
    /// @param askedAt when the request was sent
    void read(String name, Optional<Entry> answer, long askedAt) {
        entries.compute(name, (same, current) -> {
            var floor = floors.get(name);
            if (askedAt - clearedAt < 0 || floor != null && !floor.admits(answer, askedAt)) {
                return current;
            }
            if (current == null || askedAt - current.learntAt >= 0) {
                return replaced(current, answer.orElse(null));
            }
            if (answer.filter(current::isOfSameSecret).isEmpty()) {
                return forgotten(name, current);
            }
            var next = answer.get();
            return next.version > current.version || next.version == current.version && askedAt - current.askedAt > 0
                    ? replaced(current, next)
                    : current;
        });
        signals.signal(name);
        evict();
    }

    /// Takes a change that a watch delivered, if it is newer than what is known. A change of a Secret that is not known
    /// only tells that answers which were asked for before are outdated.
    ///
    /// @param change empty if it was deleted
    void watched(String name, String uid, long version, Optional<Entry> change) {
        entries.compute(name, (same, current) -> {
            if (current != null && version <= current.version) {
                return current;
            }
            return current != null && current.row.uid().equals(uid) && change.isPresent()
                    ? replaced(current, change.get().askedForAt(current.askedAt))
                    : forgotten(name, current);
        });
        signals.signal(name);
        evict();
    }

    /// Takes the answer to an own write.
    void wrote(Entry written) {
        var name = written.row.name();
        entries.compute(name, (same, current) -> {
            var floor = floors.get(name);
            var overlapped = current != null && current.learntAt - written.askedAt >= 0;
            if (overlapped && current.isOfSameSecret(written) && current.version > written.version) {
                raiseFloor(name, current.row.uid(), current.version);
                return current;
            }
            var wasForgotten = current == null && floor != null && floor.at - written.askedAt >= 0;
            if (wasForgotten || overlapped && !current.isOfSameSecret(written)) {
                return forgotten(name, current);
            }
            raiseFloor(name, written.row.uid(), written.version);
            return replaced(current, written);
        });
        signals.signal(name);
        evict();
    }

    /// Forgets a row that was deleted, or that a write whose outcome is unknown may have changed.
    void forget(String name) {
        entries.compute(name, (same, current) -> forgotten(name, current));
        signals.signal(name);
    }

    private @Nullable Entry forgotten(String name, @Nullable Entry current) {
        raiseFloor(name, null, 0);
        return replaced(current, null);
    }

    /// Forgets everything, also what is on its way.
    void clear() {
        clearedAt = nanoTime.getAsLong();
        entries.keySet().forEach(this::forget);
    }

    /// Returns the resourceVersion of a row, if it is known.
    Optional<String> version(String name) {
        return Optional.ofNullable(entries.get(name))
                .map(entry -> entry.row.version().resourceVersion());
    }

    /// Returns how often each row is used: the uses of the last second, and nine tenths of what it was before. To be
    /// called once a second.
    Map<String, Double> rates() {
        var rates = new HashMap<String, Double>();
        entries.forEach((name, entry) -> {
            var usage = entry.usage;
            usage.rate = usage.rate * 0.9 + usage.count.sumThenReset();
            rates.put(name, usage.rate);
        });
        return rates;
    }

    private @Nullable Entry replaced(@Nullable Entry current, @Nullable Entry next) {
        bytes.addAndGet((next == null ? 0L : next.bytes) - (current == null ? 0L : current.bytes));
        if (current != null && next != null) {
            next.usage = current.usage;
        }
        return next;
    }

    private void raiseFloor(String name, @Nullable String uid, long version) {
        var now = nanoTime.getAsLong();
        var swept = floorsSweptAt.get();
        if (floors.size() >= MAX_FLOORS && now - swept > SWEEP_NANOS && floorsSweptAt.compareAndSet(swept, now)) {
            floors.values().removeIf(floor -> now - floor.at > FLOOR_NANOS);
        }
        floors.put(name, new Floor(now, uid, version));
    }

    /// Removes the rows that were used least recently, a quarter of them at once.
    private void evict() {
        if (bytes.get() <= maxBytes || !isEvicting.compareAndSet(false, true)) {
            return;
        }
        try {
            // the moments change while they are sorted
            var now = nanoTime.getAsLong();
            var idle = new HashMap<String, Long>();
            entries.forEach((name, entry) -> idle.put(name, now - entry.usage.at));
            var longestIdleFirst = idle.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                    .toList();
            for (var oldest : longestIdleFirst) {
                if (bytes.get() <= maxBytes - maxBytes / 4) {
                    return;
                }
                entries.computeIfPresent(oldest.getKey(), (same, current) -> replaced(current, null));
            }
        } finally {
            isEvicting.set(false);
        }
    }
}
