package dev.tokenstore.testing.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/// HTTP GET requests to the probes and metrics of programs under test.
public final class Http {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LIMIT)
            .build();

    private Http() {}

    /// @throws ProgramException if there is no response within 20 seconds
    public static HttpResponse<String> get(String url) {
        return get(url, LIMIT);
    }

    /// @throws ProgramException if there is no response within the limit
    public static HttpResponse<String> get(String url, Duration limit) {
        try {
            var request = HttpRequest.newBuilder(URI.create(url)).timeout(limit).build();
            return CLIENT.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new ProgramException("no response from " + url + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProgramException("interrupted while waiting for " + url, e);
        }
    }
}
