package dev.tokenstore.operator.store;

import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.CleanupResult;
import dev.tokenstore.operator.condition.Verdict;
import io.fabric8.kubernetes.client.KubernetesClientException;

/// The words of a store's conditions: types, reasons and messages. Types and reasons are part of the interface, see
/// docs/operator.md.
final class StoreVerdicts {
    /// Condition: the operator sees the store's tokens.
    static final String READY = "Ready";

    /// Condition: no token is overdue.
    static final String CLEANED_UP = "CleanedUp";

    static final String SUSPENDED = "Suspended";
    static final String SECRETS_NOT_ACCESSIBLE = "SecretsNotAccessible";
    static final String DELETION_FAILED = "DeletionFailed";
    static final String CLEANUP_RUNNING = "CleanupRunning";

    private static final String CLEANER = "bind ClusterRole \"oauth-token-store-cleaner\" to the operator's service"
            + " account by a RoleBinding in this namespace (see deploy/examples/store.yaml)";

    private StoreVerdicts() {}

    static Verdict watching() {
        return new Verdict.True("TokensWatched", "");
    }

    static Verdict refused(String namespace) {
        return new Verdict.False(
                SECRETS_NOT_ACCESSIBLE,
                "The operator may not list and watch Secrets in namespace \"" + namespace + "\": " + CLEANER);
    }

    static Verdict invalidSpec(IllegalArgumentException problem) {
        return new Verdict.False("InvalidSpec", problem.getMessage() + "; correct the field");
    }

    static Verdict tokensUnknown() {
        return new Verdict.Unknown("TokensUnknown", "Nothing is deleted while the store's tokens are not known");
    }

    static Verdict failed(Exception problem) {
        var code = problem instanceof KubernetesClientException refusal && refusal.getCode() > 0
                ? " (" + refusal.getCode() + ")"
                : "";
        return new Verdict.Unknown(
                "ReconcileFailed",
                "Retrying after " + problem.getClass().getSimpleName() + code + "; the operator's log says more");
    }

    static Verdict suspended(int due) {
        return new Verdict.False(
                SUSPENDED,
                "Cleanup is suspended by spec.suspend" + (due == 0 ? "" : "; tokens due for deletion: " + due));
    }

    /// @param left what is to be done after the cleanup that did `result`
    static Verdict cleanedUp(CleanupPlan left, CleanupResult result) {
        if (result.forbidden()) {
            return new Verdict.False(
                    DELETION_FAILED, "The operator may not delete Secrets in this namespace: " + CLEANER);
        }
        if (result.failed() > 0) {
            return new Verdict.False(
                    DELETION_FAILED,
                    "Deletions that failed: " + result.failed()
                            + "; they are tried again, the operator's log says why");
        }
        // what changed under its deletion is due no more, which the watch will tell
        return left.due().size() > result.changed()
                ? new Verdict.False(
                        CLEANUP_RUNNING,
                        "Tokens due for deletion: " + left.due().size())
                : new Verdict.True("NothingDue", "");
    }
}
