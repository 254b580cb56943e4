package dev.tokenstore.api;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The annotations of a token's Secret, as operator and sidecar read them. Clients and people write them, so each is
/// read
/// by itself, and one that is missing or malformed is empty.
public final class TokenAnnotations {
    /// How many nonces of past writes a Secret keeps.
    public static final int NONCES = 8;

    private static final Pattern VERSION = Pattern.compile("[a-z0-9-]{1,40}\\.[0-9]{1,17}");
    private static final Pattern RANK = Pattern.compile("[0-9]{1,6}");

    private final Map<String, String> annotations;

    public TokenAnnotations(ObjectMeta secret) {
        this.annotations = secret.getAnnotations() == null ? Map.of() : secret.getAnnotations();
    }

    /// The version of the layout, whether or not this version of the program knows it.
    public Optional<String> layout() {
        return text(TokenSecretLayout.LAYOUT);
    }

    /// Whether the row may still turn out to be a twin. Any state but `pending` counts as confirmed: a token whose
    /// state
    /// someone damaged is still found.
    public boolean isPending() {
        return TokenSecretLayout.PENDING.equals(annotations.get(TokenSecretLayout.STATE));
    }

    /// Whether someone asked that the token never be cleaned up; anything but `false` counts as asking.
    public boolean keep() {
        return !"false".equals(annotations.getOrDefault(TokenSecretLayout.KEEP, "false"));
    }

    public Optional<String> version() {
        return text(TokenSecretLayout.VERSION)
                .filter(version -> VERSION.matcher(version).matches());
    }

    public Optional<Instant> createdAt() {
        return time(TokenSecretLayout.CREATED_AT);
    }

    public Optional<Instant> savedAt() {
        return time(TokenSecretLayout.SAVED_AT);
    }

    /// Whether a last use is recorded, if only in a malformed way.
    public boolean hasLastUse() {
        return annotations.containsKey(TokenSecretLayout.LAST_USED_AT);
    }

    public Optional<Instant> lastUsedAt() {
        return time(TokenSecretLayout.LAST_USED_AT);
    }

    public Optional<Instant> userSince() {
        return time(TokenSecretLayout.USER_SINCE);
    }

    public OptionalInt userRank() {
        var rank = annotations.getOrDefault(TokenSecretLayout.USER_RANK, "");
        return RANK.matcher(rank).matches() ? OptionalInt.of(Integer.parseInt(rank)) : OptionalInt.empty();
    }

    public Optional<Instant> accessExpiresAt() {
        return time(TokenSecretLayout.ACCESS_EXPIRES_AT);
    }

    /// Whether something stored could renew the access token; null if that is not known.
    public @Nullable Boolean renewable() {
        return switch (annotations.getOrDefault(TokenSecretLayout.RENEWABLE, "")) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        };
    }

    /// The nonces of the last writes, newest first.
    public List<String> nonces() {
        var nonces = annotations.getOrDefault(TokenSecretLayout.WRITES, "");
        return nonces.isEmpty() ? List.of() : List.of(nonces.split(" ", NONCES));
    }

    public Optional<RefreshClaim> claim() {
        return text(TokenSecretLayout.CLAIM).flatMap(RefreshClaim::parse);
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(annotations.get(name));
    }

    private Optional<Instant> time(String name) {
        return Timestamps.parse(annotations.get(name));
    }
}
