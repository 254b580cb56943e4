package dev.tokenstore.store.kubernetes;

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
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads Secrets as tokens, as [TokenSecretLayout] says. Pure; knows one store. Its counterpart is [SecretWriter].
///
/// Annotations are input, written by clients and by people: a malformed one is read as the best guess that loses no
/// live token. Data that is not a token makes the Secret unreadable.
final class SecretReader {
    /// How many marks of past writes a row keeps.
    static final int REMEMBERED_WRITES = 8;

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");
    private static final Pattern VERSION = Pattern.compile("([a-z0-9-]{1,40})\\.([0-9]{1,17})");

    private final String store;

    SecretReader(String store) {
        this.store = store;
    }

    /// What a Secret is to this store.
    SecretReading read(Secret secret) {
        var metadata = secret.getMetadata();
        if (!TokenSecretLayout.SECRET_TYPE.equals(secret.getType())
                || !store.equals(labels(metadata).get(TokenSecretLayout.STORE_LABEL))) {
            return new SecretReading.Foreign();
        }
        try {
            return new SecretReading.Readable(rowOf(metadata, fieldsOf(secret)));
        } catch (InvalidTokenException e) {
            return new SecretReading.Unreadable(metadata.getName(), Objects.requireNonNullElse(e.getMessage(), ""));
        }
    }

    private static SecretRow rowOf(ObjectMeta metadata, TokenFields fields) {
        var annotations = annotations(metadata);
        var layout = annotations.getOrDefault(TokenSecretLayout.LAYOUT, TokenSecretLayout.LAYOUT_VERSION);
        if (!layout.equals(TokenSecretLayout.LAYOUT_VERSION)) {
            throw new InvalidTokenException("its layout is not " + TokenSecretLayout.LAYOUT_VERSION
                    + ", the one that this version of the program knows");
        }
        var created = timeIn(annotations, TokenSecretLayout.CREATED_AT)
                .or(() -> timeOf(metadata.getCreationTimestamp()))
                .orElse(Instant.EPOCH);
        var saved = timeIn(annotations, TokenSecretLayout.SAVED_AT).orElse(created);
        var version = annotations.getOrDefault(TokenSecretLayout.VERSION, "");
        var token = new StoredToken(
                fields,
                VERSION.matcher(version).matches() ? version : metadata.getUid() + ".0",
                created,
                saved,
                timeIn(annotations, TokenSecretLayout.LAST_USED_AT)
                        .filter(saved::isBefore)
                        .orElse(saved),
                timeIn(annotations, TokenSecretLayout.USER_SINCE).orElse(created),
                metadata.getName(),
                new SecretVersion(metadata.getUid(), metadata.getResourceVersion(), marksIn(annotations)));
        return new SecretRow(
                token,
                !TokenSecretLayout.PENDING.equals(annotations.get(TokenSecretLayout.STATE)),
                rankIn(annotations));
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

    private static Optional<Instant> timeIn(Map<String, String> annotations, String key) {
        return timeOf(annotations.get(key));
    }

    private static Optional<Instant> timeOf(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text)).filter(SecretReader::isPlausible);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static OptionalInt rankIn(Map<String, String> annotations) {
        var rank = annotations.getOrDefault(TokenSecretLayout.USER_RANK, "");
        return rank.matches("[0-9]{1,6}") ? OptionalInt.of(Integer.parseInt(rank)) : OptionalInt.empty();
    }

    private static List<String> marksIn(Map<String, String> annotations) {
        return List.of(annotations.getOrDefault(TokenSecretLayout.WRITES, "").split(" ", REMEMBERED_WRITES));
    }

    /// Whether RFC 3339 and protobuf can write it; a later expiry is as good as never.
    static boolean isPlausible(Instant time) {
        return !time.isBefore(Instant.EPOCH) && time.isBefore(LATEST);
    }

    private static Map<String, String> labels(ObjectMeta metadata) {
        return metadata.getLabels() == null ? Map.of() : metadata.getLabels();
    }

    private static Map<String, String> annotations(ObjectMeta metadata) {
        return metadata.getAnnotations() == null ? Map.of() : metadata.getAnnotations();
    }
}
