package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.Timestamps;
import dev.tokenstore.api.TokenAnnotations;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/// Reads Secrets as tokens, as [TokenSecretLayout] says. Pure; knows one store. Its counterpart is [SecretWriter].
///
/// A malformed annotation is read as the best guess that loses no live token. Data that is not a token makes the Secret
/// unreadable.
final class SecretReader {
    private final String store;

    SecretReader(String store) {
        this.store = store;
    }

    /// What a Secret is to this store.
    SecretReading read(Secret secret) {
        var metadata = secret.getMetadata();
        // a Secret that is being deleted is kept by a finalizer, for instance of a deletion in the foreground
        if (metadata.getDeletionTimestamp() != null
                || !TokenSecretLayout.SECRET_TYPE.equals(secret.getType())
                || !store.equals(labels(metadata).get(TokenSecretLayout.STORE_LABEL))) {
            return new SecretReading.Hidden();
        }
        try {
            return new SecretReading.Readable(rowOf(metadata, fieldsOf(secret)));
        } catch (InvalidTokenException e) {
            return new SecretReading.Unreadable(metadata.getName(), Objects.requireNonNullElse(e.getMessage(), ""));
        }
    }

    private static SecretRow rowOf(ObjectMeta metadata, TokenFields fields) {
        var annotations = new TokenAnnotations(metadata);
        if (annotations
                .layout()
                .filter(layout -> !layout.equals(TokenSecretLayout.LAYOUT_VERSION))
                .isPresent()) {
            throw new InvalidTokenException("its layout is not " + TokenSecretLayout.LAYOUT_VERSION
                    + ", the one that this version of the program knows");
        }
        var created = annotations
                .createdAt()
                .or(() -> Timestamps.parse(metadata.getCreationTimestamp()))
                .orElse(Instant.EPOCH);
        var saved = annotations.savedAt().orElse(created);
        var token = new StoredToken(
                fields,
                annotations.version().orElse(metadata.getUid() + ".0"),
                created,
                saved,
                annotations.lastUsedAt().filter(saved::isBefore).orElse(saved),
                annotations.userSince().orElse(created),
                metadata.getName(),
                new SecretVersion(metadata.getUid(), metadata.getResourceVersion(), annotations.nonces()),
                annotations.claim());
        return new SecretRow(token, !annotations.isPending(), annotations.userRank());
    }

    private static TokenFields fieldsOf(Secret secret) {
        Map<String, String> data = secret.getData() == null ? Map.of() : secret.getData();
        var values = new EnumMap<TokenField, String>(TokenField.class);
        for (var field : TokenField.values()) {
            var encoded = data.get(field.key());
            if (encoded != null) {
                values.put(field, textOf(field, encoded));
            }
        }
        var fields = TokenFields.of(values);
        if (!fields.has(TokenField.ID)) {
            throw new InvalidTokenException("it has no id");
        }
        return fields;
    }

    private static String textOf(TokenField field, String encoded) {
        try {
            var bytes = Base64.getDecoder().decode(encoded);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw new InvalidTokenException("its " + field.key() + " is not UTF-8 text");
        }
    }

    private static Map<String, String> labels(ObjectMeta metadata) {
        return metadata.getLabels() == null ? Map.of() : metadata.getLabels();
    }
}
