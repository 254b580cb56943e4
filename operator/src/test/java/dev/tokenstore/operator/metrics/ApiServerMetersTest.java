package dev.tokenstore.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.ServerClock;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ApiServerMetersTest {
    private static final AsyncBody.Consumer<List<ByteBuffer>> CONSUMER = (buffers, body) -> {};
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ApiServerMeters meters =
            new ApiServerMeters(registry, new ServerClock(() -> NOW), () -> NOW.minusSeconds(90));
    private final HttpRequest list = request("/api/v1/namespaces/crm/secrets?limit=50");
    private final HttpRequest watch = request("/api/v1/namespaces/crm/secrets?watch=true");

    @Test
    void countsAndTimesRequestsByWhatTheyAskFor() {
        meters.consumer(CONSUMER, list);
        meters.after(list, new Reply(list, 200, null), CONSUMER);

        assertThat(registry.scrape())
                .contains("tokenstore_api_requests_total{code=\"200\",resource=\"secrets\",verb=\"list\"} 1.0")
                .contains("tokenstore_api_request_duration_seconds_count{resource=\"secrets\",verb=\"list\"} 1")
                .contains("tokenstore_api_last_contact_timestamp_seconds 1.8");
    }

    @Test
    void countsThrottlingAndTheWaitsAskedFor() {
        meters.after(list, new Reply(list, 429, "3"), CONSUMER);
        meters.after(list, new Reply(list, 429, "soon"), CONSUMER);

        assertThat(registry.scrape())
                .contains("tokenstore_api_throttled_total 2.0")
                .contains("tokenstore_api_retry_after_seconds_total 3.0");
    }

    @Test
    void isConnectedUntilThereIsNoReply() {
        assertThat(registry.scrape())
                .contains("tokenstore_api_connected 0.0")
                .contains("tokenstore_api_last_contact_timestamp_seconds NaN");

        meters.after(list, new Reply(list, 200, null), CONSUMER);
        assertThat(registry.scrape()).contains("tokenstore_api_connected 1.0");

        meters.afterConnectionFailure(list, new IOException("refused"));
        assertThat(registry.scrape())
                .contains("tokenstore_api_connected 0.0")
                .contains("tokenstore_api_requests_total{code=\"error\",resource=\"secrets\",verb=\"list\"} 1.0");
    }

    @Test
    void countsARefusedWatchOnceHoweverOftenItIsShown() {
        var refused = new Reply(watch, 403, null);
        meters.after(watch, refused, CONSUMER);
        meters.after(watch, refused, CONSUMER);

        assertThat(registry.scrape())
                .contains("tokenstore_api_requests_total{code=\"403\",resource=\"secrets\",verb=\"watch\"} 1.0")
                .doesNotContain("tokenstore_api_request_duration_seconds_count");
    }

    @Test
    void tellsTheOffsetOfTheClocks() {
        assertThat(registry.scrape()).containsPattern("tokenstore_clock_offset_seconds 90\\.\\d");
    }

    private static HttpRequest request(String path) {
        return new StandardHttpRequest(Map.of(), URI.create("https://10.0.0.1" + path), "GET", null);
    }

    private static final class Reply implements HttpResponse<Object> {
        private final HttpRequest request;
        private final int code;
        private final @Nullable String retryAfter;

        Reply(HttpRequest request, int code, @Nullable String retryAfter) {
            this.request = request;
            this.code = code;
            this.retryAfter = retryAfter;
        }

        @Override
        public int code() {
            return code;
        }

        @Override
        public Object body() {
            return "";
        }

        @Override
        public HttpRequest request() {
            return request;
        }

        @Override
        public Optional<HttpResponse<?>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public List<String> headers(String name) {
            return name.equals("Retry-After") && retryAfter != null ? List.of(retryAfter) : List.of();
        }

        @Override
        public Map<String, List<String>> headers() {
            return Map.of();
        }
    }
}
