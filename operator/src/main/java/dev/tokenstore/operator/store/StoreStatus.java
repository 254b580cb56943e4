package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.LastCleanup;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.operator.condition.Conditions;
import dev.tokenstore.operator.condition.Verdict;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The content of a store's status, before it becomes the status.
///
/// @param counts null while the tokens are not known
/// @param nextCleanup null if none is to come
record StoreStatus(
        Verdict ready,
        Verdict accessGranted,
        Verdict cleanedUp,
        Verdict isolated,
        @Nullable TokenCounts counts,
        @Nullable Instant nextCleanup,
        @Nullable LastCleanup lastCleanup) {
    /// Returns the status of a store whose tokens cannot be seen: without counts and times.
    static StoreStatus ofUnknownTokens(
            Verdict ready, Verdict accessGranted, Verdict isolated, @Nullable LastCleanup lastCleanup) {
        return new StoreStatus(ready, accessGranted, StoreVerdicts.tokensUnknown(), isolated, null, null, lastCleanup);
    }

    /// The verdicts by condition type, in the order in which people read them.
    List<Map.Entry<String, Verdict>> verdicts() {
        return List.of(
                Map.entry(StoreVerdicts.READY, ready),
                Map.entry(StoreVerdicts.ACCESS_GRANTED, accessGranted),
                Map.entry(StoreVerdicts.CLEANED_UP, cleanedUp),
                Map.entry(StoreVerdicts.ISOLATED, isolated));
    }

    /// @param generation of the store that the status describes
    /// @param before the status that was written last; null if none was
    OAuthTokenStoreStatus of(long generation, @Nullable OAuthTokenStoreStatus before, Conditions conditions) {
        List<Condition> said = before == null ? List.of() : before.conditions();
        for (var verdict : verdicts()) {
            said = conditions.with(said, verdict.getKey(), verdict.getValue(), generation);
        }
        return new OAuthTokenStoreStatus(
                generation,
                counts,
                nextCleanup == null
                        ? null
                        : nextCleanup.truncatedTo(ChronoUnit.SECONDS).toString(),
                lastCleanup,
                said);
    }

    /// Returns a resource with only the fields that this controller owns, as server-side apply needs it; the uid guards
    /// against
    /// another store of the same name.
    static OAuthTokenStore patch(OAuthTokenStore store, OAuthTokenStoreStatus status) {
        var patch = new OAuthTokenStore();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(store.getMetadata().getName())
                .withNamespace(store.getMetadata().getNamespace())
                .withUid(store.getMetadata().getUid())
                .build());
        patch.setStatus(status);
        return patch;
    }
}
