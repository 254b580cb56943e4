package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.operator.condition.Conditions;
import dev.tokenstore.operator.condition.Verdict;
import dev.tokenstore.operator.metrics.TokenMeters;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Writes the statuses of stores, and events about conditions that changed; limits the rate of both.
///
/// It does not use the operator SDK's status update, which mistakes a concurrent change of the spec for its own and
/// drops it.
final class StatusWriter {
    private final KubernetesClient client;
    private final StoreEvents events;
    private final TokenMeters meters;
    private final Conditions conditions;

    StatusWriter(KubernetesClient client, StoreEvents events, TokenMeters meters, InstantSource clock) {
        this.client = client;
        this.events = events;
        this.meters = meters;
        this.conditions = new Conditions(clock);
    }

    /// Writes the status, if it changed and the pace allows.
    ///
    /// @return when to try again if the pace delays the write; empty if it does not
    /// @throws KubernetesClientException if it cannot be written
    Optional<Instant> write(OAuthTokenStore store, StoreStatus said, StoreMemory memory, Instant now) {
        var status = said.of(store.getMetadata().getGeneration(), memory.status(), conditions);
        meters.said(store, status.conditions());
        var due = memory.pace().due(memory.status(), status, now);
        if (due.isEmpty() || due.get().isAfter(now)) {
            return due;
        }
        try {
            client.resource(StoreStatus.patch(store, status))
                    .subresource("status")
                    .patch(new PatchContext.Builder()
                            .withPatchType(PatchType.SERVER_SIDE_APPLY)
                            .withFieldManager(OAuthTokenStoreReconciler.NAME)
                            .withForce(true)
                            .build());
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND || e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                // the store is gone, or another one has its name
                return Optional.empty();
            }
            throw e;
        }
        memory.wrote(status, now);
        tell(store, said, memory);
        return Optional.empty();
    }

    private void tell(OAuthTokenStore store, StoreStatus said, StoreMemory memory) {
        var last = memory.ledger().last();
        if (memory.ledger().news()
                && last != null
                && !said.cleanedUp().reason().equals(StoreVerdicts.CLEANUP_RUNNING)) {
            events.cleanedUp(store, last);
            memory.ledger().told();
        }
        for (var verdict : said.verdicts()) {
            // Unknown is no news, and neither is a return to the reason before it
            if (!(verdict.getValue() instanceof Verdict.Unknown)) {
                var reason = verdict.getValue().reason();
                var before = memory.told(verdict.getKey(), reason);
                if (!before.equals(reason)) {
                    events.changed(store, before, verdict.getValue());
                }
            }
        }
    }
}
