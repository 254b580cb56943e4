package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes the statuses of stores, and events about conditions that changed; limits the rate of both.
///
/// It does not use the operator SDK's status update, which mistakes a concurrent change of the spec for its own and
/// drops it.
final class StatusWriter {
    private final KubernetesClient client;
    private final StoreEvents events;
    private final Conditions conditions;

    /// What a status says, besides the last cleanup.
    ///
    /// @param counts null while the tokens are not known
    /// @param nextCleanup null if none is to come
    record Content(
            Verdict ready,
            Verdict accessGranted,
            Verdict cleanedUp,
            Verdict isolated,
            @Nullable TokenCounts counts,
            @Nullable Instant nextCleanup) {
        /// The verdicts by condition type, in the order in which people read them.
        private List<Map.Entry<String, Verdict>> verdicts() {
            return List.of(
                    Map.entry(StoreVerdicts.READY, ready),
                    Map.entry(StoreVerdicts.ACCESS_GRANTED, accessGranted),
                    Map.entry(StoreVerdicts.CLEANED_UP, cleanedUp),
                    Map.entry(StoreVerdicts.ISOLATED, isolated));
        }
    }

    StatusWriter(KubernetesClient client, StoreEvents events, InstantSource clock) {
        this.client = client;
        this.events = events;
        this.conditions = new Conditions(clock);
    }

    /// Writes the status if it changed, and if the last write was long enough ago.
    ///
    /// @return when to try again if it was not; otherwise empty
    /// @throws KubernetesClientException if it cannot be written
    Optional<Instant> write(OAuthTokenStore store, StoreState state, Content content, Instant now) {
        var status = status(store, state, content);
        state.meters().conditions(status.conditions());
        var due = state.statusDue(status, now);
        if (due.isEmpty() || due.get().isAfter(now)) {
            return due;
        }
        try {
            client.resource(patch(store, status))
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
        state.statusWritten(status, now);
        writeEvents(store, state, content);
        return Optional.empty();
    }

    private OAuthTokenStoreStatus status(OAuthTokenStore store, StoreState state, Content content) {
        long generation = store.getMetadata().getGeneration();
        var before = state.status();
        List<Condition> all = before == null ? List.of() : before.conditions();
        for (var verdict : content.verdicts()) {
            all = conditions.with(all, verdict.getKey(), verdict.getValue(), generation);
        }
        var next = content.nextCleanup();
        return new OAuthTokenStoreStatus(
                generation,
                content.counts(),
                next == null ? null : next.truncatedTo(ChronoUnit.SECONDS).toString(),
                state.ledger().last(),
                all);
    }

    /// Returns a resource with only the fields that this controller owns, as server-side apply needs it; the uid guards
    /// against another store of the same name.
    private static OAuthTokenStore patch(OAuthTokenStore store, OAuthTokenStoreStatus status) {
        var patch = new OAuthTokenStore();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(store.getMetadata().getName())
                .withNamespace(store.getMetadata().getNamespace())
                .withUid(store.getMetadata().getUid())
                .build());
        patch.setStatus(status);
        return patch;
    }

    private void writeEvents(OAuthTokenStore store, StoreState state, Content content) {
        var last = state.ledger().last();
        if (state.ledger().isUnreported()
                && last != null
                && !content.cleanedUp().reason().equals(StoreVerdicts.CLEANUP_RUNNING)) {
            events.cleanedUp(store, state, last);
            state.ledger().reported();
        }
        for (var verdict : content.verdicts()) {
            // no event for Unknown, nor for the return to the reason before it
            if (!(verdict.getValue() instanceof Verdict.Unknown)) {
                var reason = verdict.getValue().reason();
                var before = state.reportedReason(verdict.getKey(), reason);
                if (!before.equals(reason)) {
                    events.changed(store, state, before, verdict.getValue());
                }
            }
        }
    }
}
