package dev.tokenstore.store.kubernetes;

import dev.tokenstore.runtime.kubernetes.ConnectionFailure;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The meaning of failed requests to the API server, by their status codes: messages may quote what was sent.
final class KubernetesErrors {
    private static final int TOO_MANY_REQUESTS = 429;
    private static final Pattern SERVICE_ACCOUNT =
            Pattern.compile("system:serviceaccount:(?<namespace>[^:]+):(?<name>[^:]+)");

    /// How the API server begins the message about a refusal by an admission policy or webhook.
    private static final Pattern POLICY = Pattern.compile(
            "ValidatingAdmissionPolicy '(?<name>[^']+)' with binding '[^']*' denied request: (?<words>.*)");

    private static final Pattern WEBHOOK = Pattern.compile("admission webhook \"(?<name>[^\"]+)\" denied");

    /// The policies of this project, whose words are constant: others may quote what was sent.
    private static final String OWN_POLICIES = "oauth-token-store-";

    private KubernetesErrors() {}

    /// Whether the request may have been carried out although it failed, or may succeed when it is sent again.
    static boolean isPassing(KubernetesClientException e) {
        var code = e.getCode();
        return code <= 0 && ConnectionFailure.mayPass(e)
                || code == TOO_MANY_REQUESTS
                || code >= HttpURLConnection.HTTP_INTERNAL_ERROR;
    }

    static boolean isNotFound(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_NOT_FOUND;
    }

    static boolean isConflict(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_CONFLICT;
    }

    static boolean isGone(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_GONE;
    }

    static boolean isBadRequest(KubernetesClientException e) {
        return e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST;
    }

    /// Returns the failure as callers of the store see it.
    ///
    /// @param store `namespace/name` of the store
    /// @param config how the API server is reached
    static StorageException explained(KubernetesClientException e, String store, Config config) {
        return refusedByAdmission(e, store).orElseGet(() -> explainedByStatus(e, store, config));
    }

    private static Optional<StorageException> refusedByAdmission(KubernetesClientException e, String store) {
        var policy = POLICY.matcher(messageOf(e));
        if (policy.find()) {
            var isOwn = policy.group("name").startsWith(OWN_POLICIES);
            return Optional.of(
                    refused("policy " + policy.group("name"), isOwn ? ": " + policy.group("words") : "", store));
        }
        var webhook = WEBHOOK.matcher(messageOf(e));
        return webhook.find() ? Optional.of(refused("webhook " + webhook.group("name"), "", store)) : Optional.empty();
    }

    private static StorageException refused(String by, String words, String store) {
        return new StorageException(
                Reason.REFUSED_BY_POLICY,
                "the cluster's admission " + by + " does not let this account write to store " + store + words);
    }

    private static StorageException explainedByStatus(KubernetesClientException e, String store, Config config) {
        return switch (e.getCode()) {
            case HttpURLConnection.HTTP_UNAUTHORIZED ->
                new StorageException(
                        Reason.STORE_NOT_ACCESSIBLE,
                        "the API server does not accept this account's credentials for store " + store
                                + "; check the service account token or the kubeconfig",
                        causeOf(e));
            case HttpURLConnection.HTTP_FORBIDDEN -> isQuota(e) ? full(e, store) : notAllowed(e, store);
            case HttpURLConnection.HTTP_NOT_FOUND ->
                new StorageException(
                        Reason.STORE_NOT_FOUND,
                        "there is no store " + store + ": its namespace or the OAuthTokenStore resource is missing;"
                                + " create it, or name another store",
                        causeOf(e));
            default -> noAnswer(ConnectionFailure.of(e, config), store, causeOf(e));
        };
    }

    private static StorageException noAnswer(ConnectionFailure failure, String store, @Nullable Throwable cause) {
        var message = "store " + store + " cannot be reached: " + failure.message();
        if (failure instanceof ConnectionFailure.Unreachable) {
            message += "; nothing is lost, try again";
        }
        var reason = failure instanceof ConnectionFailure.NoCredential
                ? Reason.STORE_NOT_ACCESSIBLE
                : Reason.API_SERVER_UNAVAILABLE;
        return new StorageException(reason, message, cause);
    }

    private static StorageException notAllowed(KubernetesClientException e, String store) {
        var account = accountIn(e);
        return new StorageException(
                Reason.STORE_NOT_ACCESSIBLE,
                "store " + store + " does not exist, or " + account + " may not use it; let an administrator"
                        + " give that account access to the store" + entryFor(account) + ", or name another store",
                causeOf(e));
    }

    private static StorageException full(KubernetesClientException e, String store) {
        return new StorageException(
                Reason.STORAGE_FULL,
                "the namespace of store " + store
                        + " takes no more Secrets (ResourceQuota); raise the quota or delete tokens",
                causeOf(e));
    }

    private static boolean isQuota(KubernetesClientException e) {
        return messageOf(e).contains("exceeded quota");
    }

    /// The account as the API server names it in a refusal: `User "system:serviceaccount:sales:crm-worker" cannot ...`.
    private static String accountIn(KubernetesClientException e) {
        var message = messageOf(e);
        var start = message.indexOf("User \"");
        var end = start < 0 ? -1 : message.indexOf('"', start + 6);
        return end < 0 ? "this account" : message.substring(start + 6, end);
    }

    /// The entry of `spec.access` that gives a service account access; empty for other accounts, which it cannot name.
    private static String entryFor(String account) {
        var serviceAccount = SERVICE_ACCOUNT.matcher(account);
        return serviceAccount.matches()
                ? " by the entry {name: " + serviceAccount.group("name") + ", namespace: "
                        + serviceAccount.group("namespace") + "} in its spec.access.serviceAccounts"
                : "";
    }

    private static String messageOf(KubernetesClientException e) {
        var status = e.getStatus();
        return status == null || status.getMessage() == null ? "" : status.getMessage();
    }

    /// The cause, unless there was a response: the client quotes the response's body in it.
    private static @Nullable Throwable causeOf(KubernetesClientException e) {
        return e.getCode() <= 0 ? e.getCause() : null;
    }
}
