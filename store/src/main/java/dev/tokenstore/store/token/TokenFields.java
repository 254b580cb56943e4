package dev.tokenstore.store.token;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/// The fields of a token, or some of them: what a caller gives to find or save, and what a row holds.
///
/// Immutable; every value has been checked (conformance rule R11). A field that is empty counts as absent everywhere
/// but in [#isMentioned], which rule R3 needs.
public final class TokenFields {
    /// No field at all.
    public static final TokenFields NONE = new TokenFields(new EnumMap<>(TokenField.class));

    private final EnumMap<TokenField, SecretValue> values;

    private TokenFields(EnumMap<TokenField, SecretValue> values) {
        this.values = values;
    }

    /// Returns the given values, each compared and kept byte for byte.
    ///
    /// @throws InvalidTokenException naming the first field whose value cannot be stored
    public static TokenFields of(Map<TokenField, String> values) {
        var checked = new EnumMap<TokenField, SecretValue>(TokenField.class);
        for (var field : TokenField.values()) {
            var value = values.get(field);
            if (value == null) {
                continue;
            }
            if (!value.isEmpty()) {
                field.check(value);
            }
            checked.put(field, new SecretValue(value));
        }
        return new TokenFields(checked);
    }

    /// Returns these fields with `field` set to `value`.
    ///
    /// @throws InvalidTokenException if the value cannot be stored
    public TokenFields with(TokenField field, String value) {
        if (!value.isEmpty()) {
            field.check(value);
        }
        var changed = new EnumMap<>(values);
        changed.put(field, new SecretValue(value));
        return new TokenFields(changed);
    }

    /// Returns these fields without `field`.
    public TokenFields without(TokenField field) {
        var rest = new EnumMap<>(values);
        rest.remove(field);
        return new TokenFields(rest);
    }

    /// The value of a field, or empty when it is absent (not given, or given as `""`).
    public Optional<SecretValue> get(TokenField field) {
        return Optional.ofNullable(values.get(field))
                .filter(value -> !value.reveal().isEmpty());
    }

    /// The id, or empty when it is absent.
    public Optional<TokenId> id() {
        return get(TokenField.ID).map(SecretValue::reveal).map(TokenId::new);
    }

    public boolean has(TokenField field) {
        return get(field).isPresent();
    }

    public boolean hasAny(TokenField... fields) {
        for (var field : fields) {
            if (has(field)) {
                return true;
            }
        }
        return false;
    }

    /// Whether the caller gave the field at all, if only as `""`.
    public boolean isMentioned(TokenField field) {
        return values.containsKey(field);
    }

    /// Whether both have the field, with exactly the same value.
    public boolean agreesOn(TokenField field, TokenFields other) {
        return has(field) && get(field).equals(other.get(field));
    }

    /// Whether there is a refresh, grant or access token.
    public boolean hasCredential() {
        return TokenField.CREDENTIALS.stream().anyMatch(this::has);
    }

    /// Whether there is something to renew the access token with.
    public boolean isRenewable() {
        return TokenField.RENEWING.stream().anyMatch(this::has);
    }

    /// When the access token expires, or empty when that is unknown.
    public Optional<Instant> expiry() {
        return get(TokenField.EXPIRES_IN).map(millis -> Instant.ofEpochMilli(Long.parseLong(millis.reveal())));
    }

    /// Returns these fields with those of `given` in their place: absent fields never erase, and the id is never
    /// replaced (conformance rule R7).
    public TokenFields mergedWith(TokenFields given) {
        var merged = new EnumMap<TokenField, SecretValue>(TokenField.class);
        forEachPresent(merged::put);
        given.forEachPresent((field, value) -> {
            if (field != TokenField.ID || !merged.containsKey(field)) {
                merged.put(field, value);
            }
        });
        return new TokenFields(merged);
    }

    /// Calls `action` for every field that is present and not empty, in the fields' order.
    public void forEachPresent(BiConsumer<TokenField, SecretValue> action) {
        values.forEach((field, value) -> {
            if (!value.reveal().isEmpty()) {
                action.accept(field, value);
            }
        });
    }

    private Map<TokenField, SecretValue> present() {
        var present = new EnumMap<TokenField, SecretValue>(TokenField.class);
        forEachPresent(present::put);
        return present;
    }

    /// Equal when the same fields are present with the same values.
    @Override
    public boolean equals(Object other) {
        return other instanceof TokenFields fields && present().equals(fields.present());
    }

    @Override
    public int hashCode() {
        return present().hashCode();
    }

    /// Names the fields that are present, never their values.
    @Override
    public String toString() {
        Set<TokenField> names = Collections.unmodifiableSet(present().keySet());
        return "TokenFields" + names;
    }
}
