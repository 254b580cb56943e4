package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.api.Timestamps;
import dev.tokenstore.api.TokenAnnotations;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.Hashes;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Writes tokens as Secrets, as [TokenSecretLayout] says: whole ones, and merge patches of what changes, guarded by uid
/// and resourceVersion. Knows one store. Its counterpart is [SecretReader].
final class SecretWriter {
    private static final int NONCE_LENGTH = 12;

    /// The value of an annotation that is read like an absent one: a merge patch keeps an annotation that it leaves
    /// out.
    private static final String NOTHING = "";

    private static final Map<TokenField, String> HASH_LABELS = Map.of(
            TokenField.ID, TokenSecretLayout.ID_HASH_LABEL,
            TokenField.USER_SIGNATURE, TokenSecretLayout.USER_HASH_LABEL,
            TokenField.REFRESH_TOKEN, TokenSecretLayout.REFRESH_HASH_LABEL,
            TokenField.GRANT_TOKEN, TokenSecretLayout.GRANT_HASH_LABEL,
            TokenField.ACCESS_TOKEN, TokenSecretLayout.ACCESS_HASH_LABEL);

    private final String store;
    private final RandomGenerator random;

    /// @param random for nonces
    SecretWriter(String store, RandomGenerator random) {
        this.store = store;
        this.random = random;
    }

    /// A Secret for a new row, pending.
    Secret pending(String name, TokenFields fields, Instant now) {
        var labels = new LinkedHashMap<>(hashLabels(fields));
        labels.put(TokenSecretLayout.MANAGED_BY_LABEL, TokenSecretLayout.MANAGED_BY);
        labels.put(TokenSecretLayout.STORE_LABEL, store);
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(TokenSecretLayout.LAYOUT, TokenSecretLayout.LAYOUT_VERSION);
        annotations.put(TokenSecretLayout.STATE, TokenSecretLayout.PENDING);
        annotations.put(TokenSecretLayout.VERSION, nonce() + ".1");
        annotations.put(TokenSecretLayout.CREATED_AT, text(now));
        annotations.putAll(timesOf(fields, now));
        annotations.put(TokenSecretLayout.WRITES, nonce());
        return new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels)
                .withAnnotations(annotations)
                .endMetadata()
                .withType(TokenSecretLayout.SECRET_TYPE)
                .withData(dataOf(fields))
                .build();
    }

    /// A guarded merge patch that confirms a pending row.
    Secret confirmation(SecretRow row, Instant createTime, int userRank) {
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(TokenSecretLayout.STATE, TokenSecretLayout.CONFIRMED);
        annotations.put(TokenSecretLayout.CREATED_AT, text(createTime));
        if (row.fields().has(TokenField.USER_SIGNATURE)) {
            annotations.put(TokenSecretLayout.USER_SINCE, text(createTime));
            annotations.put(TokenSecretLayout.USER_RANK, Integer.toString(userRank));
        }
        annotations.put(TokenSecretLayout.WRITES, noncesAfter(row.token()));
        return patch(row.token(), Map.of(), annotations, Map.of());
    }

    /// A guarded merge patch that replaces a row's fields and raises its version. What others wrote beside them stays.
    ///
    /// @param userSince since when the row has the user of `next`
    Secret replacement(StoredToken row, TokenFields next, Instant userSince, Instant now) {
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(TokenSecretLayout.LAYOUT, TokenSecretLayout.LAYOUT_VERSION);
        annotations.put(TokenSecretLayout.STATE, TokenSecretLayout.CONFIRMED);
        annotations.put(TokenSecretLayout.VERSION, versionAfter(row.version()));
        annotations.put(TokenSecretLayout.CREATED_AT, text(row.createTime()));
        annotations.putAll(timesOf(next, now));
        annotations.put(TokenSecretLayout.WRITES, noncesAfter(row));
        if (!userSince.equals(row.userSince())) {
            annotations.put(TokenSecretLayout.USER_SINCE, text(userSince));
            annotations.put(TokenSecretLayout.USER_RANK, NOTHING);
        }
        return patch(row, hashLabels(next), annotations, dataOf(next));
    }

    /// A guarded merge patch that records that a row was read.
    Secret use(StoredToken row, Instant now) {
        return patch(row, Map.of(), Map.of(TokenSecretLayout.LAST_USED_AT, text(now)), Map.of());
    }

    /// A guarded merge patch that writes a claim on a row, or takes it away.
    Secret claim(StoredToken row, Optional<RefreshClaim> claim) {
        return patch(
                row,
                Map.of(),
                Map.of(TokenSecretLayout.CLAIM, claim.map(RefreshClaim::text).orElse(NOTHING)),
                Map.of());
    }

    private static Map<String, String> dataOf(TokenFields fields) {
        var data = new LinkedHashMap<String, String>();
        fields.forEachPresent((field, value) -> data.put(
                field.key(), Base64.getEncoder().encodeToString(value.reveal().getBytes(StandardCharsets.UTF_8))));
        return data;
    }

    /// The labels by which a row with these fields is looked up.
    static Map<String, String> hashLabels(TokenFields fields) {
        var labels = new LinkedHashMap<String, String>();
        for (var field : TokenField.LOOKED_UP) {
            fields.get(field)
                    .map(value -> hashLabel(field, value))
                    .ifPresent(label -> labels.put(label.getKey(), label.getValue()));
        }
        return labels;
    }

    /// The label by which a row with that value is looked up.
    static Map.Entry<String, String> hashLabel(TokenField field, SecretValue value) {
        return Map.entry(Objects.requireNonNull(HASH_LABELS.get(field)), Hashes.hash(field.key(), value.reveal()));
    }

    /// The annotations that the operator decides by, without reading bodies.
    private static Map<String, String> timesOf(TokenFields fields, Instant savedAt) {
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(TokenSecretLayout.SAVED_AT, text(savedAt));
        annotations.put(TokenSecretLayout.RENEWABLE, Boolean.toString(fields.isRenewable()));
        annotations.put(
                TokenSecretLayout.ACCESS_EXPIRES_AT,
                fields.expiry()
                        .filter(Timestamps::isValid)
                        .map(Instant::toString)
                        .orElse(NOTHING));
        return annotations;
    }

    private static Secret patch(
            StoredToken row, Map<String, String> labels, Map<String, String> annotations, Map<String, String> data) {
        var version = SecretVersion.of(row);
        return new SecretBuilder()
                .withNewMetadata()
                .withName(row.name())
                .withUid(version.uid())
                .withResourceVersion(version.resourceVersion())
                .withLabels(labels)
                .withAnnotations(annotations)
                .endMetadata()
                .withData(data)
                .build();
    }

    private String noncesAfter(StoredToken row) {
        return Stream.concat(Stream.of(nonce()), SecretVersion.of(row).nonces().stream())
                .limit(TokenAnnotations.NONCES)
                .collect(Collectors.joining(" "));
    }

    private String nonce() {
        return Hashes.random(random, NONCE_LENGTH);
    }

    private static String versionAfter(String version) {
        var dot = version.lastIndexOf('.');
        return version.substring(0, dot + 1) + (Long.parseLong(version.substring(dot + 1)) + 1);
    }

    private static String text(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS).toString();
    }
}
