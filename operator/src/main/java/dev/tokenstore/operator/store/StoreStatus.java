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

/// What is to be said of a store, before it becomes a status.
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
    /// That of a store whose tokens cannot be judged: what was known of them is not said any more.
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

    /// @param generation of the store that it is said of
    /// @param before what was said last; null: nothing
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

    /// A fresh resource that holds only what this controller owns, as server-side apply wants it; the uid keeps it from
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
