package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/// Writes tokens as Secrets, as [TokenSecretLayout] says: whole ones, and merge patches that change only what is to
/// change.
/// Pure; knows one store. Its counterpart is [SecretReader].
final class SecretWriter {

    /// The value of an annotation that says nothing (any more); it is read like an absent one.
    private static final String NOTHING = "";

    private static final Map<TokenField, String> HASH_LABELS = Map.of(
            TokenField.ID, TokenSecretLayout.ID_HASH_LABEL,
            TokenField.USER_SIGNATURE, TokenSecretLayout.USER_HASH_LABEL,
            TokenField.REFRESH_TOKEN, TokenSecretLayout.REFRESH_HASH_LABEL,
            TokenField.GRANT_TOKEN, TokenSecretLayout.GRANT_HASH_LABEL,
            TokenField.ACCESS_TOKEN, TokenSecretLayout.ACCESS_HASH_LABEL);

    private final String store;

    SecretWriter(String store) {
        this.store = store;
    }

    /// The labels of the store's rows.
    Map<String, String> storeLabels() {
        return Map.of(
                TokenSecretLayout.MANAGED_BY_LABEL, TokenSecretLayout.MANAGED_BY, TokenSecretLayout.STORE_LABEL, store);
    }

    /// The labels of the store's rows with that value.
    Map<String, String> lookupLabels(TokenField field, SecretValue value) {
        return Map.of(TokenSecretLayout.STORE_LABEL, store, hashLabel(field), hash(field, value));
    }

    /// A Secret for a new row, pending.
    Secret pending(String name, TokenFields fields, String version, String mark, Instant now) {
        var labels = new LinkedHashMap<>(storeLabels());
        labels.putAll(hashes(fields));
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(TokenSecretLayout.LAYOUT, TokenSecretLayout.LAYOUT_VERSION);
        annotations.put(TokenSecretLayout.STATE, TokenSecretLayout.PENDING);
        annotations.put(TokenSecretLayout.VERSION, version);
        annotations.put(TokenSecretLayout.CREATED_AT, stamp(now));
        annotations.putAll(timesOf(fields, now));
        annotations.put(TokenSecretLayout.WRITES, mark);
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
    Secret confirmation(SecretRow row, Instant createTime, int userRank, String mark) {
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(TokenSecretLayout.STATE, TokenSecretLayout.CONFIRMED);
        annotations.put(TokenSecretLayout.CREATED_AT, stamp(createTime));
        if (row.fields().has(TokenField.USER_SIGNATURE)) {
            annotations.put(TokenSecretLayout.USER_SINCE, stamp(createTime));
            annotations.put(TokenSecretLayout.USER_RANK, Integer.toString(userRank));
        }
        annotations.put(TokenSecretLayout.WRITES, marksAfter(row.token(), mark));
        return patch(row.token(), Map.of(), annotations, Map.of());
    }

    /// A guarded merge patch that replaces a row's fields and raises its version. What others wrote beside them stays.
    ///
    /// @param userSince since when the row has the user of `next`
    Secret replacement(StoredToken row, TokenFields next, Instant userSince, String mark, Instant now) {
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(TokenSecretLayout.LAYOUT, TokenSecretLayout.LAYOUT_VERSION);
        annotations.put(TokenSecretLayout.STATE, TokenSecretLayout.CONFIRMED);
        annotations.put(TokenSecretLayout.VERSION, versionAfter(row.version()));
        annotations.put(TokenSecretLayout.CREATED_AT, stamp(row.createTime()));
        annotations.putAll(timesOf(next, now));
        annotations.put(TokenSecretLayout.WRITES, marksAfter(row, mark));
        if (!userSince.equals(row.userSince())) {
            annotations.put(TokenSecretLayout.USER_SINCE, stamp(userSince));
            annotations.put(TokenSecretLayout.USER_RANK, NOTHING);
        }
        return patch(row, hashes(next), annotations, dataOf(next));
    }

    /// A guarded merge patch that records that a row was read.
    Secret use(StoredToken row, Instant now) {
        return patch(row, Map.of(), Map.of(TokenSecretLayout.LAST_USED_AT, stamp(now)), Map.of());
    }

    private static Map<String, String> dataOf(TokenFields fields) {
        var data = new LinkedHashMap<String, String>();
        fields.forEachPresent((field, value) -> data.put(
                field.key(), Base64.getEncoder().encodeToString(value.reveal().getBytes(StandardCharsets.UTF_8))));
        return data;
    }

    /// The labels by which a row with these fields is looked up.
    static Map<String, String> hashes(TokenFields fields) {
        var labels = new LinkedHashMap<String, String>();
        for (var field : TokenField.LOOKED_UP) {
            fields.get(field).ifPresent(value -> labels.put(hashLabel(field), hash(field, value)));
        }
        return labels;
    }

    private static String hashLabel(TokenField field) {
        return Objects.requireNonNull(HASH_LABELS.get(field));
    }

    private static String hash(TokenField field, SecretValue value) {
        return TokenSecretLayout.hash(field.key(), value.reveal());
    }

    /// What the operator decides by, without reading bodies.
    private static Map<String, String> timesOf(TokenFields fields, Instant savedAt) {
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(TokenSecretLayout.SAVED_AT, stamp(savedAt));
        annotations.put(TokenSecretLayout.RENEWABLE, Boolean.toString(fields.isRenewable()));
        annotations.put(
                TokenSecretLayout.ACCESS_EXPIRES_AT,
                fields.expiry()
                        .filter(SecretReader::isPlausible)
                        .map(Instant::toString)
                        .orElse(NOTHING));
        return annotations;
    }

    /// Only what is to change, and the guard.
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

    private static String marksAfter(StoredToken row, String mark) {
        var marks = new ArrayList<String>();
        marks.add(mark);
        marks.addAll(SecretVersion.of(row).nonces());
        return String.join(" ", marks.subList(0, Math.min(marks.size(), SecretReader.REMEMBERED_WRITES)));
    }

    private static String versionAfter(String version) {
        var dot = version.lastIndexOf('.');
        return version.substring(0, dot + 1) + (Long.parseLong(version.substring(dot + 1)) + 1);
    }

    private static String stamp(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS).toString();
    }
}
