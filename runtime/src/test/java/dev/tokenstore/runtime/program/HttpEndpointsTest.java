package dev.tokenstore.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.runtime.program.HttpEndpoints.Page;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpEndpointsTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpEndpoints endpoints;

    @BeforeEach
    void serve() throws IOException {
        endpoints = new HttpEndpoints(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Map.of(
                        "/livez", Page::ok,
                        "/readyz", () -> Page.unavailable("starting"),
                        "/metrics", () -> Page.metrics("up 1\n")));
    }

    @AfterEach
    void stop() {
        endpoints.close();
        client.close();
    }

    @Test
    void answersAProbeThatSucceeds() throws Exception {
        var answer = request("GET", "/livez");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("ok\n");
    }

    @Test
    void givesTheReasonOfAProbeThatFails() throws Exception {
        var answer = request("GET", "/readyz");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("starting\n");
    }

    @Test
    void servesMetricsAsPrometheusReadsThem() throws Exception {
        var answer = request("GET", "/metrics?name=up");

        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(answer.body()).isEqualTo("up 1\n");
    }

    @Test
    void refusesOtherPathsAndMethods() throws Exception {
        assertThat(request("GET", "/livez/more").statusCode()).isEqualTo(404);
        assertThat(request("GET", "/").statusCode()).isEqualTo(404);
        assertThat(request("POST", "/livez").statusCode()).isEqualTo(405);
    }

    private HttpResponse<String> request(String method, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoints.port() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
