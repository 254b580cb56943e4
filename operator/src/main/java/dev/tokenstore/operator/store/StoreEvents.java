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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes Kubernetes events about stores: numbers and reasons, never which tokens. An event that cannot be written is
/// logged and dropped, and the rate of each reason is limited.
final class StoreEvents {
    private static final Logger LOG = LoggerFactory.getLogger(StoreEvents.class);
    private static final String CONTROLLER = "tokenstore.dev/operator";
    private static final String NORMAL = "Normal";
    private static final String WARNING = "Warning";
    private static final String CLEANUP = "Cleanup";
    private static final String GRANT = "Grant";

    /// The API server's limit for a note, in characters.
    private static final int LONGEST_NOTE = 1_024;

    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final KubernetesClient client;
    private final String instance;
    private final InstantSource clock;

    /// @param instance names this process among the operator's replicas
    StoreEvents(KubernetesClient client, String instance, InstantSource clock) {
        this.client = client;
        this.instance = instance;
        this.clock = clock;
    }

    void cleanedUp(OAuthTokenStore store, StoreState state, LastCleanup cleanup) {
        var total =
                cleanup.deleted().values().stream().mapToInt(Integer::intValue).sum();
        var byReason = " (" + StoreVerdicts.reasons(cleanup.deleted()) + ")";
        if (Boolean.TRUE.equals(cleanup.dryRun())) {
            record(store, state, NORMAL, "TokensWouldBeDeleted", CLEANUP, "Would delete tokens: " + total + byReason);
        } else {
            record(store, state, NORMAL, "TokensDeleted", CLEANUP, "Deleted tokens: " + total + byReason);
        }
    }

    /// Writes an event for a condition whose reason changed, if the reason has one.
    ///
    /// @param before the reason it had, empty if there was none
    void changed(OAuthTokenStore store, StoreState state, String before, Verdict verdict) {
        switch (verdict.reason()) {
            case StoreVerdicts.SECRETS_NOT_ACCESSIBLE ->
                record(store, state, WARNING, verdict.reason(), "Watch", verdict.message());
            case StoreVerdicts.DELETION_FAILED ->
                record(store, state, WARNING, "CleanupFailed", CLEANUP, verdict.message());
            case StoreVerdicts.HELD -> record(store, state, WARNING, "CleanupHeld", CLEANUP, verdict.message());
            case StoreVerdicts.SUSPENDED ->
                record(
                        store,
                        state,
                        NORMAL,
                        "Suspended",
                        CLEANUP,
                        "Tokens are counted but none is deleted until spec.suspend is off");
            case StoreVerdicts.POLICY_NOT_IN_FORCE, StoreVerdicts.BINDING_REFUSED, StoreVerdicts.ACCOUNT_NOT_ALLOWED ->
                record(store, state, WARNING, "AccessNotGranted", GRANT, verdict.message());
            case StoreVerdicts.BOUND -> record(store, state, NORMAL, "AccessGranted", GRANT, verdict.message());
            case StoreVerdicts.SECOND_STORE, StoreVerdicts.SHARED_NAMESPACE ->
                record(store, state, WARNING, "NotIsolated", "Inspect", verdict.message());
            default -> {
                if (before.equals(StoreVerdicts.SUSPENDED) && !verdict.reason().equals(StoreVerdicts.DRY_RUN)) {
                    record(store, state, NORMAL, "Resumed", CLEANUP, "Cleanup runs again");
                }
            }
        }
    }

    /// @param kept number of tokens that are left
    void tokensGoneWithStore(OAuthTokenStore store, StoreState state, int kept) {
        var deleted = state.ledger().last();
        var number = deleted == null ? 0 : deleted.deleted().getOrDefault(EndReason.STORE_DELETED.label(), 0);
        record(
                store,
                state,
                NORMAL,
                "TokensDeleted",
                CLEANUP,
                "Deleted tokens: " + number + " (" + EndReason.STORE_DELETED.label() + ")"
                        + (kept == 0 ? "" : "; left because they are annotated tokenstore.dev/keep: " + kept));
    }

    void full(OAuthTokenStore store, StoreState state, int tokens, int limit) {
        record(
                store,
                state,
                WARNING,
                "StoreFull",
                "Count",
                "The store holds " + tokens + " tokens and spec.limits.maxTokens is " + limit
                        + ": new ones are refused, others can still be refreshed");
    }

    private void record(
            OAuthTokenStore store, StoreState state, String type, String reason, String action, String note) {
        var metadata = store.getMetadata();
        if (!state.allowsEvent(reason)) {
            return;
        }
        var event = new EventBuilder()
                .withNewMetadata()
                .withGenerateName(metadata.getName() + "-")
                .withNamespace(metadata.getNamespace())
                .endMetadata()
                .withEventTime(new MicroTime(MICROS.format(clock.instant())))
                .withType(type)
                .withReason(reason)
                .withAction(action)
                .withNote(note.length() > LONGEST_NOTE ? note.substring(0, LONGEST_NOTE) : note)
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
