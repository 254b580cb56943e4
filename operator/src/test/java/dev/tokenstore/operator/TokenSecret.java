package dev.tokenstore.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A token Secret as a sidecar writes it: confirmed, saved now, valid for an hour, with a refresh token.
final class TokenSecret {
    private final String name;
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private final Map<String, String> data = new LinkedHashMap<>();
    private String type = TokenSecretLayout.SECRET_TYPE;
    private final String store;
    private boolean isManaged = true;

    private TokenSecret(String name, String store, Instant saved) {
        this.name = name;
        this.store = store;
        data.put("user_signature", "alice");
        data.put("access_token", "fixture-secret-access");
        data.put("refresh_token", "fixture-secret-refresh");
        with(TokenSecretLayout.LAYOUT, TokenSecretLayout.LAYOUT_VERSION);
        with(TokenSecretLayout.STATE, TokenSecretLayout.CONFIRMED);
        with(TokenSecretLayout.CREATED_AT, saved.toString());
        with(TokenSecretLayout.SAVED_AT, saved.toString());
        with(
                TokenSecretLayout.ACCESS_EXPIRES_AT,
                saved.plus(Duration.ofHours(1)).toString());
        with(TokenSecretLayout.RENEWABLE, "true");
    }

    static TokenSecret of(String store, String name, Instant saved) {
        return new TokenSecret(name, store, saved);
    }

    TokenSecret with(String annotation, @Nullable String value) {
        if (value == null) {
            annotations.remove(annotation);
        } else {
            annotations.put(annotation, value);
        }
        return this;
    }

    TokenSecret withoutRefreshToken() {
        data.remove("refresh_token");
        return with(TokenSecretLayout.RENEWABLE, "false");
    }

    TokenSecret withoutCredentials() {
        data.remove("access_token");
        return withoutRefreshToken();
    }

    TokenSecret ofType(String otherType) {
        type = otherType;
        return this;
    }

    TokenSecret withoutLabelOfItsManager() {
        isManaged = false;
        return this;
    }

    Secret build() {
        return new SecretBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels(
                        isManaged ? Map.of(TokenSecretLayout.MANAGED_BY_LABEL, TokenSecretLayout.MANAGED_BY) : Map.of())
                .addToLabels(TokenSecretLayout.STORE_LABEL, store)
                .withAnnotations(annotations)
                .endMetadata()
                .withType(type)
                .withData(encoded())
                .build();
    }

    private Map<String, String> encoded() {
        var encoded = new LinkedHashMap<String, String>();
        data.forEach((key, value) -> encoded.put(key, Base64.getEncoder().encodeToString(value.getBytes(UTF_8))));
        return encoded;
    }
}
