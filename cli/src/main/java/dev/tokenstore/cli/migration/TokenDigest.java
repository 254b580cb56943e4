package dev.tokenstore.cli.migration;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an import holds of a token that is stored or will be: hashes, an id and a version, but no secret value.
final class TokenDigest implements StoredToken.Handle {
    private static final Instant LATER_THAN_ALL = Instant.parse("9999-12-31T23:59:59Z");
    private static final long UNKNOWN = Long.MIN_VALUE;
    private static final TokenField[] FIELDS = TokenField.values();

    /// The hash of each field, as two numbers; both are 0 if it is absent.
    private final long[] hashes = new long[2 * FIELDS.length];

    private final long order;
    private final long createdMicros;
    private final @Nullable String location;
    private long expiryMillis = UNKNOWN;
    private volatile @Nullable String id;
    private volatile @Nullable String version;

    /// @param order the number of tokens that were added before it
    /// @param created null for a token that is not stored yet
    /// @param location of its row in the source; null for a token that was stored before
    TokenDigest(long order, @Nullable Instant created, @Nullable String location) {
        this.order = order;
        this.createdMicros = ChronoUnit.MICROS.between(Instant.EPOCH, created == null ? LATER_THAN_ALL : created);
        this.location = location;
    }

    /// Replaces the values of the given fields.
    void set(TokenFields fields) {
        fields.forEachPresent((field, value) -> {
            var hash = Hash.of(field, value);
            hashes[high(field)] = hash.high();
            hashes[high(field) + 1] = hash.low();
        });
        fields.expiry().ifPresent(expiry -> expiryMillis = expiry.toEpochMilli());
    }

    /// Sets id and version of the token after it was saved.
    void setStored(StoredToken token) {
        id = token.id().reveal();
        version = token.version();
    }

    /// The index of the first of a field's two numbers.
    @SuppressWarnings("EnumOrdinal") // never leaves this object
    private static int high(TokenField field) {
        return 2 * field.ordinal();
    }

    boolean has(TokenField field) {
        return hashes[high(field)] != 0 || hashes[high(field) + 1] != 0;
    }

    boolean has(TokenField field, Hash hash) {
        return hashes[high(field)] == hash.high() && hashes[high(field) + 1] == hash.low();
    }

    /// Whether its access token expires before that of `fields`, as far as both are known.
    boolean expiresBefore(TokenFields fields) {
        return fields.expiry()
                .filter(expiry -> expiryMillis < expiry.toEpochMilli())
                .isPresent();
    }

    /// Empty while it is not stored.
    Optional<TokenId> id() {
        return Optional.ofNullable(id).map(TokenId::new);
    }

    /// Empty while it is not stored.
    Optional<String> version() {
        return Optional.ofNullable(version);
    }

    /// Empty for a token that was stored before the import.
    Optional<String> location() {
        return Optional.ofNullable(location);
    }

    /// A row for the store's rules, which only compare values: each value is replaced by its hash.
    StoredToken row() {
        var values = new EnumMap<TokenField, String>(TokenField.class);
        for (var field : FIELDS) {
            if (field != TokenField.EXPIRES_IN && has(field)) {
                values.put(field, new Hash(hashes[high(field)], hashes[high(field) + 1]).text());
            }
        }
        var created = Instant.EPOCH.plus(createdMicros, ChronoUnit.MICROS);
        var name = "%019d".formatted(order);
        return new StoredToken(
                TokenFields.of(values), version().orElse(""), created, created, created, created, name, this);
    }
}
