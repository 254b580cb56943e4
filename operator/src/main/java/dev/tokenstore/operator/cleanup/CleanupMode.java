package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.RetentionPolicy;
import java.util.Optional;

/// What happens to due tokens.
public enum CleanupMode {
    /// Due tokens are deleted.
    DELETE,
    /// Suspended: due tokens are kept and not reported as deletable.
    SUSPENDED,
    /// Dry run: due tokens are kept and reported.
    DRY_RUN,
    /// The brake: too many tokens are due at once, and nobody confirmed it for this generation of the store. They are
    /// kept.
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
        return isTooMany(plan, maxPercent(store)) && !confirmed(store) ? HELD : DELETE;
    }

    /// The percentage of a store's tokens that is deleted at once without a confirmation.
    public static int maxPercent(OAuthTokenStore store) {
        return Optional.ofNullable(store.getSpec())
                .map(OAuthTokenStoreSpec::cleanup)
                .map(OAuthTokenStoreSpec.Cleanup::maxPercent)
                .orElse(OAuthTokenStoreSpec.DEFAULT_MAX_PERCENT);
    }

    private static boolean isTooMany(CleanupPlan plan, int maxPercent) {
        long due = plan.due().size();
        return due > NEVER_HELD && due * 100 > (long) maxPercent * plan.total();
    }

    private static boolean confirmed(OAuthTokenStore store) {
        var annotations = store.getMetadata().getAnnotations();
        return annotations != null
                && Long.toString(store.getMetadata().getGeneration())
                        .equals(annotations.get(OAuthTokenStore.CONFIRM_CLEANUP));
    }
}
