package dev.tokenstore.zoho;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.zoho.api.authenticator.OAuthToken;
import com.zoho.api.authenticator.Token;
import com.zoho.crm.api.exception.SDKException;
import dev.tokenstore.client.TokenRecord;
import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.client.TokenStoreException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Runs one case of the table.
final class AdapterCase {
    /// A token of another class. A proxy, because the SDK's interface has more methods than its stand-in.
    private static final Token OTHER = (Token) Proxy.newProxyInstance(
            AdapterCase.class.getClassLoader(), new Class<?>[] {Token.class}, (proxy, method, arguments) -> {
                throw new AssertionError("the adapter called " + method);
            });

    private final JsonNode rows;
    private final JsonNode definition;
    private final TokenStoreClient client;
    private final SidecarTokenStore store;
    private final Map<String, String> ids = new HashMap<>();

    AdapterCase(JsonNode rows, JsonNode definition, TokenStoreClient client, SidecarTokenStore store) {
        this.rows = rows;
        this.definition = definition;
        this.client = client;
        this.store = store;
    }

    void run() throws SDKException {
        client.deleteTokens();
        for (var name : definition.get("given")) {
            var saved = client.saveToken(tokenOf(valuesOf(rows.get(name.asText()))));
            ids.put("$" + name.asText(), saved.id().orElseThrow());
        }
        if (!definition.has("steps")) {
            play(definition);
            return;
        }
        for (var step : definition.get("steps")) {
            play(step);
        }
    }

    private void play(JsonNode step) throws SDKException {
        var token = step.has("token") ? sdkToken(step.get("token")) : null;
        var returns = step.get("returns");
        if (returns.isObject()) {
            assertFails(step, token, returns);
        } else {
            assertReturns(step, returns.asText(), token, call(step, token));
        }
        if (step.has("token_after")) {
            assertThat(fits(valuesOf(step.get("token_after")), SdkFields.valuesOf((OAuthToken) token)))
                    .as("the caller's object: %s instead of %s", SdkFields.valuesOf((OAuthToken) token), step)
                    .isTrue();
        }
        if (step.has("store_after")) {
            try (var stored = client.getTokens()) {
                assertRows(
                        step.get("store_after"),
                        stored.map(AdapterCase::valuesOf).toList());
            }
        }
    }

    private @Nullable Object call(JsonNode step, @Nullable Token token) throws SDKException {
        switch (step.get("call").asText()) {
            case "find_token" -> {
                return store.findToken(token);
            }
            case "find_token_by_id" -> {
                return store.findTokenById(idOf(step));
            }
            case "save_token" -> {
                store.saveToken(token);
                return "nothing";
            }
            case "delete_token" -> {
                store.deleteToken(idOf(step));
                return "nothing";
            }
            case "get_tokens" -> {
                return store.getTokens();
            }
            case "delete_tokens" -> {
                store.deleteTokens();
                return "nothing";
            }
            default -> throw new IllegalArgumentException(step.toString());
        }
    }

    private void assertReturns(JsonNode step, String expected, @Nullable Token token, @Nullable Object returned) {
        switch (expected) {
            case "same" -> assertThat(returned).isSameAs(token);
            case "none" -> assertThat(returned).isNull();
            case "nothing" -> assertThat(returned).isEqualTo("nothing");
            case "row" ->
                assertThat(fits(valuesOf(step.get("row")), SdkFields.valuesOf((OAuthToken) returned)))
                        .as("%s instead of %s", SdkFields.valuesOf((OAuthToken) returned), step)
                        .isTrue();
            case "rows" ->
                assertRows(
                        step.get("rows"),
                        ((List<?>) returned)
                                .stream()
                                        .map(each -> SdkFields.valuesOf((OAuthToken) each))
                                        .toList());
            default -> fail("unknown: returns %s", expected);
        }
    }

    private void assertFails(JsonNode step, @Nullable Token token, JsonNode expected) {
        try {
            call(step, token);
        } catch (SDKException e) {
            assertThat(e.getCode()).isEqualTo(expected.get("error").asText());
            assertThat(e.getMessage()).contains(expected.get("mentions").asText());
            assertThat(TokenStoreException.behind(e).flatMap(TokenStoreException::reason))
                    .isEqualTo(Optional.ofNullable(expected.get("reason").textValue()));
            assertThat(TokenStoreException.isTokenGone(e))
                    .isEqualTo(expected.get("gone").asBoolean());
            assertThat(e.getCause()).isNotNull();
            for (Throwable each = e; each != null; each = each.getCause()) {
                assertThat(each.toString()).doesNotContain("fixture-" + "secret");
            }
            return;
        }
        fail("no SDKException: %s", step);
    }

    private void assertRows(JsonNode expected, List<Map<String, String>> actual) {
        var left = new ArrayList<>(actual);
        for (var row : expected) {
            var values = valuesOf(row);
            var match = left.stream().filter(each -> fits(values, each)).findFirst();
            assertThat(match).as("%s among %s", values, left).isPresent();
            left.remove(match.orElseThrow());
        }
        assertThat(left).as("more rows than expected").isEmpty();
    }

    /// Whether both have the same values; a name for an id is bound to the first id it meets.
    private boolean fits(Map<String, String> expected, Map<String, String> actual) {
        var name = expected.get("id");
        var id = actual.get("id");
        var others = new HashMap<>(expected);
        others.put("id", id);
        if (name == null || !name.startsWith("$")) {
            return expected.equals(actual);
        }
        if (!others.equals(actual) || id == null) {
            return false;
        }
        if (!ids.containsKey(name) && !ids.containsValue(id)) {
            ids.put(name, id);
        }
        return Objects.equals(ids.get(name), id);
    }

    private @Nullable String idOf(JsonNode step) {
        return resolved(step.get("id").isNull() ? null : step.get("id").asText());
    }

    private @Nullable String resolved(@Nullable String id) {
        return id != null && id.startsWith("$") ? Objects.requireNonNull(ids.get(id)) : id;
    }

    private Token sdkToken(JsonNode given) throws SDKException {
        if (given.isTextual()) {
            return OTHER;
        }
        var token = new OAuthToken();
        for (var field : given.properties()) {
            if (!field.getValue().isNull()) {
                SdkFields.set(token, field.getKey(), resolved(field.getValue().asText()));
            }
        }
        return token;
    }

    /// The values that are neither missing nor empty.
    private static Map<String, String> valuesOf(JsonNode row) {
        var values = new HashMap<String, String>();
        StreamSupport.stream(row.properties().spliterator(), false)
                .filter(field ->
                        !field.getValue().isNull() && !field.getValue().asText().isEmpty())
                .forEach(field -> values.put(field.getKey(), field.getValue().asText()));
        return values;
    }

    private static Map<String, String> valuesOf(TokenRecord token) {
        var values = new HashMap<String, String>();
        for (var field : TokenRecord.Field.values()) {
            token.get(field).ifPresent(value -> values.put(field.key(), value));
        }
        return values;
    }

    private static TokenRecord tokenOf(Map<String, String> values) {
        var token = TokenRecord.builder();
        for (var field : TokenRecord.Field.values()) {
            token.set(field, values.get(field.key()));
        }
        return token.build();
    }
}
