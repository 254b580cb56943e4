package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tokenstore.sidecar.grpc.CallListener.AnsweredCall;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.embedded.CleanupListener;
import dev.tokenstore.store.memory.InMemoryTokenStorage;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class CallMetersTest {
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final AtomicLong nanos = new AtomicLong();
    private final CallMeters calls = new CallMeters(meters, nanos::get);

    @BeforeEach
    void listen() {
        log.start();
        ((Logger) LoggerFactory.getLogger(CallMeters.class)).addAppender(log);
    }

    @AfterEach
    void stopListening() {
        ((Logger) LoggerFactory.getLogger(CallMeters.class)).detachAppender(log);
    }

    @Test
    void countsCallsByMethodAndStatusAndTimesThem() {
        calls.answered(new AnsweredCall("SaveToken", "OK", Duration.ofMillis(3), Optional.of("crm-x")));
        calls.answered(new AnsweredCall("SaveToken", "ABORTED", Duration.ofMillis(3), Optional.empty()));
        calls.storageFailed(Reason.STORAGE_FULL);

        assertThat(meters.scrape())
                .contains("tokenstore_sidecar_calls_total{method=\"SaveToken\",status=\"OK\"} 1.0")
                .contains("tokenstore_sidecar_calls_total{method=\"SaveToken\",status=\"ABORTED\"} 1.0")
                .contains("tokenstore_sidecar_call_duration_seconds_count{method=\"SaveToken\"} 2")
                .contains("tokenstore_sidecar_storage_errors_total{reason=\"STORAGE_FULL\"} 1.0")
                .doesNotContain("crm-x");
    }

    @Test
    void warnsOfRelativeExpiriesOnceAMinuteAndCountsEachOfThem() {
        save("3600");
        save("3599999");
        nanos.addAndGet(Duration.ofSeconds(61).toNanos());
        save("3600");
        save("1900000000000");

        assertThat(log.list).hasSize(2).allSatisfy(event -> {
            assertThat(event.getFormattedMessage()).contains("1970").doesNotContain("fixture-secret");
            assertThat(event.getKeyValuePairs().toString()).doesNotContain("fixture-secret");
        });
        assertThat(meters.scrape()).contains("tokenstore_sidecar_relative_expiries_total 3.0");
    }

    @Test
    void reportsUnreadableTokensByTheirName() {
        calls.unreadable("crm-x");
        calls.unreadable("crm-y");

        assertThat(log.list)
                .singleElement()
                .satisfies(
                        event -> assertThat(event.getKeyValuePairs().toString()).contains("crm-x"));
        assertThat(meters.scrape()).contains("tokenstore_sidecar_unreadable_tokens_total 2.0");
    }

    private void save(String expiresIn) {
        var random = new Random(7);
        var storage = InMemoryTokenStorage.open(
                StoreSettings.KEEP_EVERYTHING, InstantSource.system(), random, new CleanupListener() {});
        try (var store = new TokenStore(storage, storage, UseRecorder.NONE, random)) {
            var given =
                    TokenFields.of(Map.of(TokenField.ACCESS_TOKEN, "fixture-secret", TokenField.EXPIRES_IN, expiresIn));
            calls.saved(given, ((SaveResult.Saved) store.save(given)).token());
        }
    }
}
