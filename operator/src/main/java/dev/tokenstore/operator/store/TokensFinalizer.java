package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec.DeletionPolicy;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The finalizer that keeps a deleted store until its tokens are deleted, under `deletionPolicy: Delete`.
final class TokensFinalizer {
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

    private final KubernetesClient client;

    TokensFinalizer(KubernetesClient client) {
        this.client = client;
    }

    static boolean isSet(OAuthTokenStore store) {
        return store.hasFinalizer(OAuthTokenStore.TOKENS_FINALIZER);
    }

    /// Adds the finalizer to a store that is not being deleted, or removes it, as its policy says.
    ///
    /// @return false if the store changed meanwhile and must be reconciled again
    boolean reconcile(OAuthTokenStore store) {
        if (isWanted(store) == isSet(store)) {
            return true;
        }
        try {
            set(store, isWanted(store));
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    /// Returns whether the operator must delete the tokens of a store that is being deleted. The deletion of a
    /// namespace
    /// deletes them anyway.
    boolean isNeeded(OAuthTokenStore store) {
        if (!isWanted(store)) {
            return false;
        }
        var namespace =
                client.namespaces().withName(store.getMetadata().getNamespace()).get();
        return namespace != null && !namespace.isMarkedForDeletion();
    }

    void remove(OAuthTokenStore store) {
        set(store, false);
    }

    private static boolean isWanted(OAuthTokenStore store) {
        return store.getSpec() != null && store.getSpec().deletionPolicy() == DeletionPolicy.Delete;
    }

    /// Replaces the list of finalizers, guarded by the resourceVersion. The client library's patch would need one more
    /// right, since it reads the object first, and its model omits an empty list.
    private void set(OAuthTokenStore store, boolean present) {
        var metadata = store.getMetadata();
        var finalizers = new ArrayList<>(metadata.getFinalizers());
        finalizers.remove(OAuthTokenStore.TOKENS_FINALIZER);
        if (present) {
            finalizers.add(OAuthTokenStore.TOKENS_FINALIZER);
        }
        var patch = client.getKubernetesSerialization()
                .asJson(Map.of(
                        "metadata",
                        Map.of("resourceVersion", metadata.getResourceVersion(), "finalizers", finalizers)));
        var uri = client.getMasterUrl().toString() + "apis/" + OAuthTokenStore.GROUP + "/" + OAuthTokenStore.VERSION
                + "/namespaces/" + metadata.getNamespace() + "/oauthtokenstores/" + metadata.getName();
        var http = client.getHttpClient();
        var request = http.newHttpRequestBuilder()
                .uri(URI.create(uri))
                .method("PATCH", "application/merge-patch+json", patch)
                .build();
        var response = http.sendAsync(request, String.class)
                .orTimeout(REQUEST_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .join();
        if (!response.isSuccessful() && response.code() != HttpURLConnection.HTTP_NOT_FOUND) {
            throw new KubernetesClientException("could not change the finalizers of a store", response.code(), null);
        }
    }
}
