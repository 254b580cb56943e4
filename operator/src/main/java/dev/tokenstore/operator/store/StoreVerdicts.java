package dev.tokenstore.operator.store;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.operator.access.AccessGrants.AccessResult;
import dev.tokenstore.operator.access.BoundRole;
import dev.tokenstore.operator.cleanup.CleanupMode;
import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/// The words of a store's conditions: types, reasons and messages. Types and reasons are part of the interface, see
/// docs/operator.md.
final class StoreVerdicts {
    /// Condition: the operator sees the store's tokens.
    static final String READY = "Ready";

    /// Condition: the accounts that the store names may use it.
    static final String ACCESS_GRANTED = "AccessGranted";

    /// Condition: no token is overdue.
    static final String CLEANED_UP = "CleanedUp";

    /// Condition: the namespace holds nothing but this store's tokens.
    static final String ISOLATED = "Isolated";

    static final String WATCH_INTERRUPTED = "WatchInterrupted";
    static final String SUSPENDED = "Suspended";
    static final String DRY_RUN = "DryRun";
    static final String HELD = "Held";
    static final String SECRETS_NOT_ACCESSIBLE = "SecretsNotAccessible";
    static final String DELETION_FAILED = "DeletionFailed";
    static final String CLEANUP_RUNNING = "CleanupRunning";
    static final String POLICY_NOT_IN_FORCE = "PolicyNotInForce";
    static final String BOUND = "Bound";
    static final String BINDING_REFUSED = "BindingRefused";
    static final String ACCOUNT_NOT_ALLOWED = "AccountNotAllowed";
    static final String SECOND_STORE = "SecondStore";
    static final String SHARED_NAMESPACE = "SharedNamespace";

    private static final String ADVICE = "; give the store a namespace of its own";

    private StoreVerdicts() {}

    static Verdict watching() {
        return new Verdict.True("TokensWatched", "The store's tokens are known, and their changes as they happen");
    }

    /// @param what is watched
    static Verdict interrupted(String what) {
        return new Verdict.False(
                WATCH_INTERRUPTED,
                "Changes of " + what
                        + " have not arrived for a minute, so the numbers here may be old; the operator's log"
                        + " says why");
    }

    static Verdict refused(String namespace, AccessResult access) {
        var cause = access instanceof AccessResult.Refused refused && refused.role() == BoundRole.CLEANER
                ? "it could not bind ClusterRole \"" + BoundRole.CLEANER.objectName() + "\" to itself: "
                        + refused.message()
                : "RoleBinding \"" + BoundRole.CLEANER.objectName() + "\" of this namespace does not give it that"
                        + " right; are the ClusterRoles of deploy/operator/rbac.yaml installed?";
        return new Verdict.False(
                SECRETS_NOT_ACCESSIBLE,
                "The operator may not list and watch Secrets in namespace \"" + namespace + "\": " + cause);
    }

    static Verdict invalidSpec(String problem) {
        return new Verdict.False("InvalidSpec", problem + "; correct the field");
    }

    static Verdict tokensUnknown() {
        return new Verdict.Unknown("TokensUnknown", "Nothing is deleted while the store's tokens are not known");
    }

    static Verdict loading() {
        return new Verdict.Unknown(
                "TokensLoading", "The store's tokens are being listed; if this lasts, the operator's log says why");
    }

    static Verdict unknown() {
        return new Verdict.Unknown("ReconcileFailed", "Condition Ready says why");
    }

    static Verdict failed(Exception problem) {
        var code = problem instanceof KubernetesClientException refusal && refusal.getCode() > 0
                ? " (" + refusal.getCode() + ")"
                : "";
        return new Verdict.Unknown(
                "ReconcileFailed",
                "Retrying after " + problem.getClass().getSimpleName() + code + "; the operator's log says more");
    }

    static Verdict access(AccessResult result) {
        return switch (result) {
            case AccessResult.Granted granted ->
                granted.writing() + granted.reading() == 0
                        ? new Verdict.True("NobodyListed", "spec.access names no service account")
                        : new Verdict.True(
                                BOUND,
                                "Service accounts that may use the store: " + granted.writing()
                                        + ", that may only read: " + granted.reading());
            case AccessResult.NotConfined notConfined ->
                new Verdict.False(
                        POLICY_NOT_IN_FORCE,
                        "No service account is added before ValidatingAdmissionPolicy oauth-token-store-clients is in"
                                + " force here: helm upgrade, or kubectl apply -f deploy/operator/policies.yaml");
            case AccessResult.NotAllowed notAllowed ->
                new Verdict.False(
                        ACCOUNT_NOT_ALLOWED,
                        "Service account " + notAllowed.account().namespace() + "/"
                                + notAllowed.account().name()
                                + " gets no tokens: it is of a namespace of Kubernetes or of the operator; remove it from"
                                + " spec.access");
            case AccessResult.Refused refused ->
                new Verdict.False(
                        BINDING_REFUSED,
                        "The API server refused RoleBinding \"" + refused.role().objectName() + "\": "
                                + refused.message());
        };
    }

    /// @param otherStores number of other stores in the namespace
    static Verdict isolated(int otherStores, OptionalInt otherSecrets) {
        var secrets = otherSecrets.orElse(0);
        var shared = secrets == 0
                ? ""
                : "Secrets of this namespace that are not tokens: "
                        + (secrets >= StoreState.MOST_OTHER_SECRETS ? "at least " : "") + secrets
                        + ". Whoever may use the store can read them";
        if (otherStores > 0) {
            return new Verdict.False(
                    SECOND_STORE,
                    "Other stores in this namespace: " + otherStores
                            + ". Whoever may use one can read the tokens of all"
                            + (shared.isEmpty() ? "" : ". " + shared) + ADVICE);
        }
        if (otherSecrets.isEmpty()) {
            return new Verdict.Unknown("SecretsNotCounted", "The Secrets of this namespace could not be counted");
        }
        return secrets > 0
                ? new Verdict.False(SHARED_NAMESPACE, shared + ADVICE)
                : new Verdict.True("OwnNamespace", "The namespace holds nothing but this store's tokens");
    }

    /// @param left the plan after the cleanup with the outcome `result`
    static Verdict cleanedUp(OAuthTokenStore store, CleanupMode mode, CleanupPlan left, TokenDeletion.Result result) {
        return switch (mode) {
            case SUSPENDED ->
                new Verdict.False(
                        SUSPENDED,
                        "Cleanup is suspended by spec.suspend"
                                + (left.due().isEmpty() ? "" : "; tokens due for deletion: " + number(left)));
            case DRY_RUN ->
                new Verdict.False(
                        DRY_RUN, "spec.cleanup.dryRun is on; tokens that would be deleted now: " + number(left));
            case HELD -> new Verdict.False(HELD, held(store, left));
            case DELETE -> deleted(left, result);
        };
    }

    private static String held(OAuthTokenStore store, CleanupPlan left) {
        var metadata = store.getMetadata();
        return "Tokens due for deletion at once: " + number(left) + " of " + left.total() + ", more than"
                + " spec.cleanup.maxPercent (" + CleanupMode.maxPercent(store) + " %) lets go unconfirmed, so they"
                + " stay. If the policy is right: kubectl -n " + metadata.getNamespace() + " annotate ots "
                + metadata.getName() + " --overwrite " + OAuthTokenStore.CONFIRM_CLEANUP + "="
                + metadata.getGeneration();
    }

    private static Verdict deleted(CleanupPlan left, TokenDeletion.Result result) {
        if (result.forbidden()) {
            return new Verdict.False(
                    DELETION_FAILED,
                    "The operator may not delete Secrets in this namespace; RoleBinding \""
                            + BoundRole.CLEANER.objectName() + "\" or an admission policy is in the way");
        }
        if (result.failed() > 0) {
            return new Verdict.False(
                    DELETION_FAILED,
                    "Deletions that failed: " + result.failed()
                            + "; they are tried again, the operator's log says why");
        }
        // a token that changed during its deletion is not due any more; the watch reports it
        return left.due().size() > result.changed()
                ? new Verdict.False(
                        CLEANUP_RUNNING,
                        "Tokens due for deletion: " + left.due().size())
                : new Verdict.True("NothingDue", "No token is overdue");
    }

    private static String number(CleanupPlan plan) {
        return plan.due().isEmpty() ? "0" : plan.due().size() + " (" + reasons(labels(plan.dueByReason())) + ")";
    }

    private static Map<String, Integer> labels(Map<EndReason, Integer> byReason) {
        return byReason.entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().label(), Map.Entry::getValue));
    }

    /// Returns, for instance, `Expired 2, SessionEnded 40`.
    static String reasons(Map<String, Integer> byReason) {
        return byReason.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
