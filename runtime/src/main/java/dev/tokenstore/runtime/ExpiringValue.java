package dev.tokenstore.runtime;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A cached value with a time to live. Thread-safe.
public final class ExpiringValue<T> {
    private final InstantSource clock;
    private volatile @Nullable Entry<T> entry;

    private record Entry<T>(T value, Instant expiry) {}

    public ExpiringValue(InstantSource clock) {
        this.clock = clock;
    }

    /// Caches a value.
    public void set(T value, Duration timeToLive) {
        entry = new Entry<>(value, clock.instant().plus(timeToLive));
    }

    /// Returns the value if it has not expired.
    public Optional<T> fresh() {
        var current = entry;
        return current == null || !clock.instant().isBefore(current.expiry())
                ? Optional.empty()
                : Optional.of(current.value());
    }

    /// Returns the value, also one that has expired.
    public Optional<T> latest() {
        return Optional.ofNullable(entry).map(Entry::value);
    }

    /// Forgets the value.
    public void clear() {
        entry = null;
    }
}
