package dev.tokenstore.client;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An OAuth token, or a part of one: the ten fields of the SDKs' `OAuthToken`, and what the store knows about it.
///
/// Immutable. [#toString] names the fields that are present and shows none of their values.
public final class TokenRecord {
    private final EnumMap<Field, String> values;
    private final @Nullable String version;
    private final @Nullable Instant expireTime;
    private final @Nullable Instant createTime;
    private final @Nullable Instant updateTime;
    private final @Nullable Claim claim;

    /// The ten fields.
    public enum Field {
        ID("id", 1),
        USER_SIGNATURE("user_signature", 2),
        CLIENT_ID("client_id", 3),
        CLIENT_SECRET("client_secret", 4),
        REDIRECT_URL("redirect_url", 5),
        GRANT_TOKEN("grant_token", 6),
        REFRESH_TOKEN("refresh_token", 7),
        ACCESS_TOKEN("access_token", 8),
        API_DOMAIN("api_domain", 9),
        EXPIRES_IN("expires_in", 10);

        private final String key;
        private final int number;

        Field(String key, int number) {
            this.key = key;
            this.number = number;
        }

        /// The field of the message `Token` with this number, or null.
        static @Nullable Field ofNumber(int number) {
            return number >= 1 && number <= values().length ? values()[number - 1] : null;
        }

        /// The field's number in the message `Token`.
        int number() {
            return number;
        }

        /// The field's name in the gRPC API and in a Secret.
        public String key() {
            return key;
        }
    }

    private TokenRecord(Builder builder) {
        values = new EnumMap<>(builder.values);
        version = builder.version;
        expireTime = builder.expireTime;
        createTime = builder.createTime;
        updateTime = builder.updateTime;
        claim = builder.claim;
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Returns a builder that holds every value of this record.
    public Builder toBuilder() {
        var builder = new Builder();
        builder.values.putAll(values);
        builder.version = version;
        builder.expireTime = expireTime;
        builder.createTime = createTime;
        builder.updateTime = updateTime;
        builder.claim = claim;
        return builder;
    }

    /// The value of a field; empty when it is absent (not given, or given as `""`).
    public Optional<String> get(Field field) {
        return Optional.ofNullable(values.get(field)).filter(value -> !value.isEmpty());
    }

    /// The values as given, `""` included: a find for an empty user is a miss, a find without a user is not.
    Map<Field, String> given() {
        return values;
    }

    /// Opaque text; the store generates one for a token that is saved without an id.
    public Optional<String> id() {
        return get(Field.ID);
    }

    /// Whose token it is, as the SDK names its user.
    public Optional<String> userSignature() {
        return get(Field.USER_SIGNATURE);
    }

    /// The OAuth client the token was issued to.
    public Optional<String> clientId() {
        return get(Field.CLIENT_ID);
    }

    public Optional<String> clientSecret() {
        return get(Field.CLIENT_SECRET);
    }

    public Optional<String> redirectUrl() {
        return get(Field.REDIRECT_URL);
    }

    /// The authorization code; can be exchanged once.
    public Optional<String> grantToken() {
        return get(Field.GRANT_TOKEN);
    }

    /// Renews the access token.
    public Optional<String> refreshToken() {
        return get(Field.REFRESH_TOKEN);
    }

    /// The credential that the API accepts until it expires.
    public Optional<String> accessToken() {
        return get(Field.ACCESS_TOKEN);
    }

    /// The base URL of the API the token is for.
    public Optional<String> apiDomain() {
        return get(Field.API_DOMAIN);
    }

    /// When the access token expires, in decimal milliseconds since 1970: a point in time, not OAuth's relative
    /// seconds.
    public Optional<String> expiresIn() {
        return get(Field.EXPIRES_IN);
    }

    /// Opaque; changed by saves of this token alone. Only of a stored token.
    public Optional<String> version() {
        return Optional.ofNullable(version);
    }

    /// The time of [#expiresIn]; empty without one, and after the year 9999. Only of a stored token.
    public Optional<Instant> expireTime() {
        return Optional.ofNullable(expireTime);
    }

    /// When it was first saved. Only of a stored token.
    public Optional<Instant> createTime() {
        return Optional.ofNullable(createTime);
    }

    /// When it was last saved. Only of a stored token.
    public Optional<Instant> updateTime() {
        return Optional.ofNullable(updateTime);
    }

    /// The claim that the caller of a find holds: it refreshes the token now, and gives the claim to its save. Empty
    /// unless
    /// the find said that its caller will refresh.
    public Optional<Claim> claim() {
        return Optional.ofNullable(claim);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        if (!(other instanceof TokenRecord)) {
            return false;
        }
        var token = (TokenRecord) other;
        return values.equals(token.values)
                && Objects.equals(version, token.version)
                && Objects.equals(expireTime, token.expireTime)
                && Objects.equals(createTime, token.createTime)
                && Objects.equals(updateTime, token.updateTime)
                && Objects.equals(claim, token.claim);
    }

    @Override
    public int hashCode() {
        return Objects.hash(values, version, expireTime, createTime, updateTime, claim);
    }

    @Override
    public String toString() {
        return "TokenRecord" + values.keySet();
    }

    /// Builds a [TokenRecord]; a null value leaves its field absent.
    public static final class Builder {
        private final EnumMap<Field, String> values = new EnumMap<>(Field.class);
        private @Nullable String version;
        private @Nullable Instant expireTime;
        private @Nullable Instant createTime;
        private @Nullable Instant updateTime;
        private @Nullable Claim claim;

        private Builder() {}

        public Builder set(Field field, @Nullable String value) {
            if (value == null) {
                values.remove(field);
            } else {
                values.put(field, value);
            }
            return this;
        }

        public Builder id(@Nullable String value) {
            return set(Field.ID, value);
        }

        public Builder userSignature(@Nullable String value) {
            return set(Field.USER_SIGNATURE, value);
        }

        public Builder clientId(@Nullable String value) {
            return set(Field.CLIENT_ID, value);
        }

        public Builder clientSecret(@Nullable String value) {
            return set(Field.CLIENT_SECRET, value);
        }

        public Builder redirectUrl(@Nullable String value) {
            return set(Field.REDIRECT_URL, value);
        }

        public Builder grantToken(@Nullable String value) {
            return set(Field.GRANT_TOKEN, value);
        }

        public Builder refreshToken(@Nullable String value) {
            return set(Field.REFRESH_TOKEN, value);
        }

        public Builder accessToken(@Nullable String value) {
            return set(Field.ACCESS_TOKEN, value);
        }

        public Builder apiDomain(@Nullable String value) {
            return set(Field.API_DOMAIN, value);
        }

        public Builder expiresIn(@Nullable String value) {
            return set(Field.EXPIRES_IN, value);
        }

        /// The values that the store sets; a save ignores them.
        public Builder stored(String version, @Nullable Instant expireTime, Instant createTime, Instant updateTime) {
            this.version = version;
            this.expireTime = expireTime;
            this.createTime = createTime;
            this.updateTime = updateTime;
            return this;
        }

        Builder claim(Claim held) {
            this.claim = held;
            return this;
        }

        public TokenRecord build() {
            return new TokenRecord(this);
        }
    }
}
