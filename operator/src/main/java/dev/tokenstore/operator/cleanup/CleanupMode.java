package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.RetentionPolicy;
import java.util.Optional;

/// What is to happen to the tokens that are due.
public enum CleanupMode {
    /// They are deleted.
    DELETE,
    /// `suspend` is on: they stay, and nothing is said as if.
    SUSPENDED,
    /// `cleanup.dryRun` is on: they stay, and it is told what would have happened.
    DRY_RUN,
    /// The brake: too many are due at once, and nobody confirmed it for this generation of the store. They stay.
    HELD;

    /// A brake would only be in the way of fewer.
    private static final int NEVER_HELD = 10;

    /// Decides for a store of which `plan` tells the tokens.
    public static CleanupMode of(OAuthTokenStore store, RetentionPolicy policy, CleanupPlan plan) {
        if (policy.suspended()) {
            return SUSPENDED;
        }
        if (policy.dryRun()) {
            return DRY_RUN;
        }
        return isTooMany(plan, maxPercent(store)) && !confirmed(store) ? HELD : DELETE;
    }

    /// The part of its tokens, in percent, that a store loses at once without anybody's confirmation.
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
