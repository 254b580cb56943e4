package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.store.StorageException;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Records that a token was read, in a store whose sessions end when they are not used: coarsely, at most once in
/// a tenth of the session timeout, and beside the read, which does not wait for it.
///
/// What cannot be recorded is not: a client that may only read does not prolong a session.
final class LastUse {
    private final SecretApi secrets;
    private final SecretCodec codec;
    private final StoreResource resource;
    private final InstantSource clock;
    private final Set<String> beingRecorded = ConcurrentHashMap.newKeySet();

    LastUse(SecretApi secrets, SecretCodec codec, StoreResource resource, InstantSource clock) {
        this.secrets = secrets;
        this.codec = codec;
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
        if (now.isBefore(due) || !beingRecorded.add(row.name())) {
            return;
        }
        Thread.startVirtualThread(() -> {
            try {
                // guarded: if the row changed meanwhile it was saved, or another sidecar recorded the same
                secrets.patch(codec.use(row, now));
            } catch (StorageException e) {
                // the reader has its token; the next read tries again
                return;
            } finally {
                beingRecorded.remove(row.name());
            }
        });
    }
}
