package dev.tokenstore.api;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Metadata of token Secrets as tests need it: a confirmed token, first saved ten days before [#NOW] and last saved
/// one hour before, whose access token expires at [#NOW].
final class TokenSecrets {
    static final Instant NOW = Instant.parse("2030-01-11T00:00:00Z");

    private final Map<String, String> annotations = new LinkedHashMap<>();
    private final Map<String, Object> data = new HashMap<>();
    private Instant appeared = NOW.minus(Duration.ofDays(10));
    private boolean managed;

    static TokenSecrets token() {
        return new TokenSecrets()
                .with(TokenSecretLayout.LAYOUT, TokenSecretLayout.LAYOUT_VERSION)
                .with(TokenSecretLayout.STATE, TokenSecretLayout.CONFIRMED)
                .with(TokenSecretLayout.CREATED_AT, "2030-01-01T00:00:00Z")
                .with(TokenSecretLayout.SAVED_AT, "2030-01-10T23:00:00Z")
                .with(TokenSecretLayout.ACCESS_EXPIRES_AT, NOW.toString())
                .with(TokenSecretLayout.RENEWABLE, "true");
    }

    TokenSecrets with(String annotation, @Nullable String value) {
        if (value == null) {
            annotations.remove(annotation);
        } else {
            annotations.put(annotation, value);
        }
        return this;
    }

    TokenSecrets appeared(Instant moment) {
        appeared = moment;
        return this;
    }

    /// Has `metadata.managedFields` that hold these data keys: `.` for the whole map.
    TokenSecrets managing(String... keys) {
        managed = true;
        for (var key : keys) {
            data.put(key.equals(".") ? key : "f:" + key, Map.of());
        }
        return this;
    }

    ObjectMeta metadata() {
        var metadata = new ObjectMetaBuilder()
                .withCreationTimestamp(appeared.toString())
                .withAnnotations(annotations);
        if (managed) {
            var fields = new FieldsV1();
            fields.setAdditionalProperty("f:data", data);
            metadata.withManagedFields(new ManagedFieldsEntryBuilder()
                    .withManager("sidecar")
                    .withOperation("Update")
                    .withTime("2030-01-10T23:00:00Z")
                    .withFieldsV1(fields)
                    .build());
        }
        return metadata.build();
    }

    TokenFacts facts() {
        return TokenFacts.read(metadata(), NOW);
    }
}
