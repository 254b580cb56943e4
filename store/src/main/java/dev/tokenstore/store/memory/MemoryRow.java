package dev.tokenstore.store.memory;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;

/// A row in memory.
///
/// @param sequence the row's own number, never given to another one
/// @param nonce random text that only this row's versions have
/// @param counter how often the row was saved
record MemoryRow(
        long sequence,
        String nonce,
        long counter,
        TokenFields fields,
        Instant createTime,
        Instant updateTime,
        Instant lastActive,
        Instant userSince)
        implements StoredToken {
    @Override
    public String version() {
        return nonce + "." + counter;
    }

    /// This row after it was read.
    MemoryRow usedAt(Instant now) {
        return new MemoryRow(sequence, nonce, counter, fields, createTime, updateTime, now, userSince);
    }

    @Override
    public String name() {
        return "row-" + sequence;
    }
}
