package dev.tokenstore.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/// Asks a testbed for things as the clients' tests do.
final class ControlClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();

    ControlClient(Testbed testbed) {
        this.url = testbed.url();
    }

    /// The answer to a request that must succeed.
    JsonNode ok(String method, String path, String body) {
        var response = send(method, path, body);
        assertThat(response.statusCode())
                .as("%s %s: %s", method, path, response.body())
                .isEqualTo(200);
        return json(response.body());
    }

    HttpResponse<String> send(String method, String path, String body) {
        return send(HttpRequest.newBuilder(URI.create(url + path)).method(method, BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        return http.sendAsync(request.build(), BodyHandlers.ofString()).join();
    }

    /// A new sidecar on a new store.
    ///
    /// @param storeBody of the request for the store
    JsonNode newSidecar(String storeBody) {
        return newSidecarOn(ok("POST", "/stores", storeBody).get("store").textValue());
    }

    JsonNode newSidecarOn(String store) {
        return ok(
                "POST", "/sidecars", JSON.createObjectNode().put("store", store).toString());
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("no JSON", e);
        }
    }
}
