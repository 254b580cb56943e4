package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.LastUse;
import dev.tokenstore.store.StoredToken;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Records on a token's Secret that it was read.
record SecretUse(SecretApi secrets, SecretWriter writer, SecretReader reader, InstantSource clock)
        implements LastUse.Recorder {
    private static final int ATTEMPTS = 3;

    /// The write is guarded: if the row changed meanwhile it may have been saved, or another sidecar recorded the same.
    @Override
    public void record(StoredToken row, Instant due) {
        var read = (SecretRow) row;
        var current = Optional.of(read);
        for (int attempt = 0; attempt < ATTEMPTS && current.isPresent(); attempt++) {
            if (secrets.patch(writer.use(current.get(), clock.instant())) instanceof SecretApi.Attempt.Done) {
                return;
            }
            current = secrets.get(read.name()).map(reader::read).flatMap(reading -> unrecorded(reading, read, due));
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
