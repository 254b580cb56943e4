package dev.tokenstore.operator.store;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec.DeletionPolicy;
import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.operator.cleanup.DueToken;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.operator.metrics.TokenMeters;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.operator.token.TokenIndex;
import dev.tokenstore.operator.token.TokenWatches;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The deletion of a store. Under `deletionPolicy: Delete` a finalizer keeps the store until its tokens are deleted.
/// The
/// finalizer is removed at once when the namespace is deleted, which deletes the tokens anyway.
final class Departure {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
    private static final Duration AFTER_DELETION = Duration.ofSeconds(1);

    private final KubernetesClient client;
    private final TokenWatches watches;
    private final TokenDeletion deletion;
    private final SecretMetadata secrets;
    private final StoreEvents events;
    private final TokenMeters meters;
    private final InstantSource clock;

    Departure(
            KubernetesClient client,
            TokenWatches watches,
            TokenDeletion deletion,
            SecretMetadata secrets,
            StoreEvents events,
            TokenMeters meters,
            InstantSource clock) {
        this.client = client;
        this.watches = watches;
        this.deletion = deletion;
        this.secrets = secrets;
        this.events = events;
        this.meters = meters;
        this.clock = clock;
    }

    /// Returns whether the store has the finalizer.
    static boolean isHeld(OAuthTokenStore store) {
        return store.hasFinalizer(OAuthTokenStore.TOKENS_FINALIZER);
    }

    /// Adds the finalizer to a store that is not being deleted, or removes it, as its policy says.
    ///
    /// @return false if the store changed meanwhile and must be reconciled again
    boolean prepare(OAuthTokenStore store) {
        if (tokensGo(store) == isHeld(store)) {
            return true;
        }
        try {
            setFinalizer(store, tokensGo(store));
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    /// Removes the finalizer of a store that is being deleted if there is nothing to wait for; returns whether it did.
    boolean dropIfPointless(OAuthTokenStore store) {
        if (tokensGo(store) && !namespaceIsGoing(store.getMetadata().getNamespace())) {
            return false;
        }
        setFinalizer(store, false);
        return true;
    }

    /// Deletes a batch of the tokens of a store that is being deleted, or removes the finalizer once there are none.
    ///
    /// @return when to reconcile again; empty once the finalizer is removed
    Optional<Duration> proceed(OAuthTokenStore store, StoreMemory memory, TokenIndex index) {
        var metadata = store.getMetadata();
        var due = new ArrayList<DueToken>();
        int kept = 0;
        for (var token : index.tokensOf(metadata.getName())) {
            if (token.facts().keep()) {
                kept++;
            } else if (!token.terminating()) {
                due.add(new DueToken(token, EndReason.STORE_DELETED));
            }
        }
        if (!due.isEmpty() || secrets.hasToken(metadata.getNamespace(), metadata.getName(), this::mustGo)) {
            return Optional.of(deleteBatch(store, memory, index, due));
        }
        setFinalizer(store, false);
        LOG.atInfo()
                .addKeyValue("namespace", metadata.getNamespace())
                .addKeyValue("store", metadata.getName())
                .addKeyValue("kept", kept)
                .log("the store's tokens are gone, and so is the store");
        events.tokensGoneWithStore(store, memory.ledger().last(), kept);
        return Optional.empty();
    }

    private Duration deleteBatch(OAuthTokenStore store, StoreMemory memory, TokenIndex index, List<DueToken> due) {
        var namespace = store.getMetadata().getNamespace();
        var result = deletion.delete(namespace, index, due, () -> true);
        memory.ledger().deleted(result.deleted(), clock.instant());
        meters.deleted(namespace, store.getMetadata().getName(), result);
        if (memory.lagsBehind(result.total() == 0 && result.failed() == 0)) {
            watches.renew(namespace);
        }
        return result.failed() > 0 ? AFTER_FAILURE : AFTER_DELETION;
    }

    private boolean mustGo(ObjectMeta token) {
        return token.getDeletionTimestamp() == null
                && !TokenFacts.read(token, clock.instant()).keep();
    }

    private static boolean tokensGo(OAuthTokenStore store) {
        return store.getSpec() != null && store.getSpec().deletionPolicy() == DeletionPolicy.Delete;
    }

    private boolean namespaceIsGoing(String name) {
        var namespace = client.namespaces().withName(name).get();
        return namespace == null || namespace.isMarkedForDeletion();
    }

    /// Replaces the list of finalizers, guarded by the resourceVersion. The client library's patch would need one more
    /// right,
    /// since it reads the object first, and its model omits an empty list.
    private void setFinalizer(OAuthTokenStore store, boolean present) {
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
        var response = client.getHttpClient()
                .sendAsync(
                        client.getHttpClient()
                                .newHttpRequestBuilder()
                                .uri(URI.create(uri))
                                .method("PATCH", "application/merge-patch+json", patch)
                                .build(),
                        String.class)
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        if (!response.isSuccessful() && response.code() != HttpURLConnection.HTTP_NOT_FOUND) {
            throw new KubernetesClientException("could not change the finalizers of a store", response.code(), null);
        }
    }
}
