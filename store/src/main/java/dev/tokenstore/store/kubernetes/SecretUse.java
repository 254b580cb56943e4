package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.LastUse;
import dev.tokenstore.store.StoredToken;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Records on a token's Secret that it was read.
record SecretUse(SecretApi secrets, SecretWriter writer, SecretReader reader, InstantSource clock)
        implements LastUse.Writer {
    private static final int ATTEMPTS = 3;

    /// The write is guarded: if the row changed meanwhile it may have been saved, or another sidecar recorded the same.
    @Override
    public void write(StoredToken row, Instant due) {
        var current = Optional.of(row);
        for (int attempt = 0; attempt < ATTEMPTS && current.isPresent(); attempt++) {
            if (secrets.patch(writer.use(current.get(), clock.instant())) instanceof SecretApi.Attempt.Done) {
                return;
            }
            current = secrets.get(row.name()).map(reader::read).flatMap(reading -> unrecorded(reading, row, due));
        }
    }

    private static Optional<StoredToken> unrecorded(SecretReading reading, StoredToken row, Instant due) {
        return reading instanceof SecretReading.Readable readable
                        && readable.row().uid().equals(SecretVersion.of(row).uid())
                        && readable.row().token().lastActive().isBefore(due)
                ? Optional.of(readable.row().token())
                : Optional.empty();
    }
}
