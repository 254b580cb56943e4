package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.operator.cleanup.CleanupPlan.DueToken;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What happens to due tokens.
public enum CleanupMode {
    /// Due tokens are deleted.
    DELETE,
    /// Suspended: due tokens are kept and not reported as deletable.
    SUSPENDED,
    /// Dry run: due tokens are kept and reported.
    DRY_RUN,
    /// The brake: too many tokens are due at once, and nobody confirmed it for this generation of the store. Those that
    /// [#held] names are kept, the others are deleted.
    HELD;

    /// The brake never holds this many or fewer.
    private static final int NEVER_HELD = 10;

    /// Decides by the store's spec and the number of tokens that are due.
    public static CleanupMode of(OAuthTokenStore store, RetentionPolicy policy, CleanupPlan plan) {
        if (policy.suspended()) {
            return SUSPENDED;
        }
        if (policy.dryRun()) {
            return DRY_RUN;
        }
        return held(store, plan).isEmpty() ? DELETE : HELD;
    }

    /// Returns the due tokens that the brake holds. Tokens that predate their Secret are counted by themselves: whoever
    /// makes some that look old holds up no others, and a restored backup has its brake.
    public static Set<DueToken> held(OAuthTokenStore store, CleanupPlan plan) {
        if (confirmed(store)) {
            return Set.of();
        }
        var held = new HashSet<DueToken>();
        var byAge = plan.due().stream()
                .collect(Collectors.partitioningBy(due -> due.token().facts().predatesItsSecret()));
        byAge.forEach((predates, due) -> {
            if (isTooMany(due.size(), predates ? plan.restored() : plan.total() - plan.restored(), maxPercent(store))) {
                held.addAll(due);
            }
        });
        return held;
    }

    /// The percentage of a store's tokens that is deleted at once without a confirmation.
    public static int maxPercent(OAuthTokenStore store) {
        return Optional.ofNullable(store.getSpec())
                .map(OAuthTokenStoreSpec::cleanup)
                .map(OAuthTokenStoreSpec.Cleanup::maxPercent)
                .orElse(OAuthTokenStoreSpec.DEFAULT_MAX_PERCENT);
    }

    private static boolean isTooMany(int due, int of, int maxPercent) {
        return due > NEVER_HELD && due * 100L > (long) maxPercent * of;
    }

    private static boolean confirmed(OAuthTokenStore store) {
        var annotations = store.getMetadata().getAnnotations();
        return annotations != null
                && Long.toString(store.getMetadata().getGeneration())
                        .equals(annotations.get(OAuthTokenStore.CONFIRM_CLEANUP));
    }
}
