package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.store.StorageException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Records that a token was read, in a store whose sessions end when they are not used: coarsely, at most once in
/// a tenth of the session timeout, and beside the read, which does not wait for it.
///
/// A client that may only read does not prolong a session, and is not asked to at every read.
final class LastUse {
    private static final int ATTEMPTS = 3;
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final SecretApi secrets;
    private final SecretWriter writer;
    private final SecretReader reader;
    private final StoreResource resource;
    private final InstantSource clock;
    private volatile Instant pausedUntil = Instant.MIN;
    private final Set<String> beingRecorded = ConcurrentHashMap.newKeySet();

    LastUse(SecretApi secrets, SecretWriter writer, SecretReader reader, StoreResource resource, InstantSource clock) {
        this.secrets = secrets;
        this.writer = writer;
        this.reader = reader;
        this.resource = resource;
        this.clock = clock;
    }

    /// Takes note that `row` was handed to a reader a moment ago.
    void note(SecretRow row) {
        var timeout = resource.policy().sessionTimeout();
        if (timeout == null) {
            return;
        }
        var now = clock.instant();
        var due = row.lastActive().plus(timeout.dividedBy(RetentionPolicy.USES_RECORDED_PER_TIMEOUT));
        if (now.isBefore(due) || now.isBefore(pausedUntil) || !beingRecorded.add(row.name())) {
            return;
        }
        Thread.startVirtualThread(() -> {
            try {
                record(row, due);
            } catch (StorageException e) {
                // the reader has its token; it is tried again when there is hope that it helps
                pausedUntil = clock.instant().plus(PAUSE);
            } finally {
                beingRecorded.remove(row.name());
            }
        });
    }

    /// The write is guarded: if the row changed meanwhile it may have been saved, or another sidecar recorded the same.
    private void record(SecretRow row, Instant due) {
        var current = Optional.of(row);
        for (int attempt = 0; attempt < ATTEMPTS && current.isPresent(); attempt++) {
            if (secrets.patch(writer.use(current.get(), clock.instant())) instanceof SecretApi.Attempt.Done) {
                return;
            }
            current = secrets.get(row.name()).map(reader::read).flatMap(reading -> unrecorded(reading, row, due));
        }
    }

    private static Optional<SecretRow> unrecorded(SecretReading reading, SecretRow row, Instant due) {
        return reading instanceof SecretReading.Readable readable
                        && readable.row().uid().equals(row.uid())
                        && readable.row().lastActive().isBefore(due)
                ? Optional.of(readable.row())
                : Optional.empty();
    }
}
