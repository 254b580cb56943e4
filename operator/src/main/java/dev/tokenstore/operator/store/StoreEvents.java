package dev.tokenstore.operator.store;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus.LastCleanup;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells people what happened to a store, as Kubernetes events: numbers and reasons, never which tokens. An event that
/// cannot be written is logged and given up.
public final class StoreEvents {
    private static final Logger LOG = LoggerFactory.getLogger(StoreEvents.class);
    private static final String CONTROLLER = "tokenstore.dev/operator";
    private static final String CLEANUP = "Cleanup";
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final KubernetesClient client;
    private final String instance;
    private final InstantSource clock;

    /// @param instance names this process among the operator's replicas
    public StoreEvents(KubernetesClient client, String instance, InstantSource clock) {
        this.client = client;
        this.instance = instance;
        this.clock = clock;
    }

    void tokensDeleted(OAuthTokenStore store, LastCleanup cleanup) {
        var deleted = cleanup.deleted();
        var byReason = Arrays.stream(EndReason.values())
                .map(EndReason::label)
                .filter(deleted::containsKey)
                .map(reason -> reason + " " + deleted.get(reason))
                .collect(Collectors.joining(", "));
        var total = deleted.values().stream().mapToInt(Integer::intValue).sum();
        record(store, "Normal", "TokensDeleted", CLEANUP, "Deleted tokens: " + total + " (" + byReason + ")");
    }

    void cleanupFailed(OAuthTokenStore store, String note) {
        record(store, "Warning", "CleanupFailed", CLEANUP, note);
    }

    void suspended(OAuthTokenStore store) {
        record(
                store,
                "Normal",
                "Suspended",
                CLEANUP,
                "Tokens are counted but none is deleted until spec.suspend is off");
    }

    void resumed(OAuthTokenStore store) {
        record(store, "Normal", "Resumed", CLEANUP, "Cleanup runs again");
    }

    void secretsNotAccessible(OAuthTokenStore store, String note) {
        record(store, "Warning", "SecretsNotAccessible", "Watch", note);
    }

    private void record(OAuthTokenStore store, String type, String reason, String action, String note) {
        var metadata = store.getMetadata();
        var event = new EventBuilder()
                .withNewMetadata()
                .withGenerateName(metadata.getName() + "-")
                .withNamespace(metadata.getNamespace())
                .endMetadata()
                .withEventTime(new MicroTime(MICROS.format(clock.instant())))
                .withType(type)
                .withReason(reason)
                .withAction(action)
                .withNote(note)
                .withReportingController(CONTROLLER)
                .withReportingInstance(instance)
                .withNewRegarding()
                .withApiVersion(store.getApiVersion())
                .withKind(store.getKind())
                .withNamespace(metadata.getNamespace())
                .withName(metadata.getName())
                .withUid(metadata.getUid())
                .endRegarding()
                .build();
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            LOG.atWarn()
                    .addKeyValue("namespace", metadata.getNamespace())
                    .addKeyValue("store", metadata.getName())
                    .addKeyValue("event", reason)
                    .addKeyValue("cause", e.getMessage())
                    .log("could not write an event");
        }
    }
}
