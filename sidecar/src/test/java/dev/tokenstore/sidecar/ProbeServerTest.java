package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProbeServerTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private StoreReadiness.State state = new StoreReadiness.State(false, "there is no such store");
    private ProbeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ProbeServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), () -> state, () -> "meter 1\n");
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    @Test
    void livesWhetherReadyOrNot() throws Exception {
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void isReadyWhenTheServiceIs() throws Exception {
        var before = get("/readyz");
        state = new StoreReadiness.State(true, "");

        assertThat(before.statusCode()).isEqualTo(503);
        assertThat(before.body()).isEqualTo("not ready: there is no such store\n");
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void servesMetrics() throws Exception {
        var metrics = get("/metrics");

        assertThat(metrics.body()).isEqualTo("meter 1\n");
        assertThat(metrics.headers().firstValue("Content-Type")).hasValue("text/plain; version=0.0.4; charset=utf-8");
    }

    @Test
    void servesNothingElse() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/livez/x").statusCode()).isEqualTo(404);
        assertThat(client.send(request("/livez").POST(BodyPublishers.noBody()).build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(405);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }
}
