package dev.tokenstore.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.operator.cleanup.CleanupMode;
import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.CleanupResult;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProbeServerTest {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicBoolean ready = new AtomicBoolean();
    private final HttpClient http = HttpClient.newHttpClient();
    private ProbeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ProbeServer(0, registry, ready::get);
    }

    @AfterEach
    void stop() {
        server.close();
        http.close();
    }

    @Test
    void isAliveBeforeItIsReady() throws Exception {
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(503);

        ready.set(true);

        assertThat(get("/readyz").statusCode()).isEqualTo(200);
    }

    @Test
    void showsTheMetersOfStoresThatAreThere() throws Exception {
        var meters = new TokenMeters(registry);
        meters.observed(
                "crm-tokens",
                "crm",
                new CleanupPlan(new TokenCounts(10, 4, 3, 2, 1), List.of(), null, null, null, null),
                CleanupMode.DELETE);
        meters.deleted("crm-tokens", "crm", new CleanupResult(Map.of(EndReason.TOO_OLD, 7), 0, 0, false));

        assertThat(get("/metrics").body())
                .contains("tokenstore_tokens{namespace=\"crm-tokens\",state=\"valid\",store=\"crm\"} 4")
                .contains(
                        "tokenstore_tokens_deleted_total{namespace=\"crm-tokens\",reason=\"TooOld\",store=\"crm\"} 7");

        meters.forget("crm-tokens", "crm");
        assertThat(get("/metrics").body()).doesNotContain("tokenstore_tokens{");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
