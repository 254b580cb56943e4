package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.tokenstore.api.EndReason;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class CleanupMetersTest {
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final CleanupMeters watch = new CleanupMeters(meters);

    @BeforeEach
    void listen() {
        log.start();
        ((Logger) LoggerFactory.getLogger(CleanupMeters.class)).addAppender(log);
    }

    @AfterEach
    void stopListening() {
        ((Logger) LoggerFactory.getLogger(CleanupMeters.class)).detachAppender(log);
    }

    @Test
    void countsAndLogsDeletionsByReason() {
        watch.deleted(Map.of(EndReason.SESSION_ENDED, 2, EndReason.EXPIRED, 1));
        watch.deleted(Map.of(EndReason.SESSION_ENDED, 3));

        assertThat(meters.scrape())
                .contains("tokenstore_sidecar_deleted_tokens_total{reason=\"SessionEnded\"} 5.0")
                .contains("tokenstore_sidecar_deleted_tokens_total{reason=\"Expired\"} 1.0");
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsOnly("deleted tokens whose time was over");
        assertThat(log.list.getFirst().getKeyValuePairs().toString()).contains("SessionEnded=\"2\"", "Expired=\"1\"");
    }

    @Test
    void saysWhyItCouldNotClean() {
        watch.cleanupFailed(new StorageException(Reason.STORAGE_UNAVAILABLE, "the file is locked"));

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("could not delete tokens whose time is over; it is tried again: the file is locked");
    }
}
