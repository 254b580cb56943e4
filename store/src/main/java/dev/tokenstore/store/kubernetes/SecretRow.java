package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/// A row as its Secret holds it.
///
/// @param confirmed false while the row may still turn out to be a twin; finds miss such a row
/// @param userRank how many other rows had the user when this one was created; empty once its user has changed
record SecretRow(StoredToken token, boolean confirmed, OptionalInt userRank) {
    /// The tokens among the readings that finds return.
    static List<StoredToken> confirmedAmong(List<SecretReading> readings) {
        return readings.stream()
                .filter(SecretReading.Readable.class::isInstance)
                .map(reading -> ((SecretReading.Readable) reading).row())
                .filter(SecretRow::confirmed)
                .map(SecretRow::token)
                .toList();
    }

    String name() {
        return token.name();
    }

    TokenFields fields() {
        return token.fields();
    }

    Instant createTime() {
        return token.createTime();
    }

    SecretVersion version() {
        return SecretVersion.of(token);
    }

    String uid() {
        return version().uid();
    }
}
