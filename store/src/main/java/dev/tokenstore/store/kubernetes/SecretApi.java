package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.PartialObjectMetadataList;
import io.fabric8.kubernetes.api.model.Preconditions;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// The requests about the Secrets of one namespace, one HTTP request each unless said otherwise. Thread-safe, blocking.
///
/// Reads are repeated for a short while when the API server does not answer. A write is repeated only where the outcome
/// can be told afterwards: it is guarded, and carries a mark by which its own success is recognised.
final class SecretApi {
    /// The API server allows 100 streams per connection and Java's HTTP client fails beyond that.
    private static final int MAX_REQUESTS_IN_FLIGHT = 64;

    private static final Duration READ_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(6);
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;
    private final String namespace;
    private final String store;
    private final RandomGenerator random;
    private final Semaphore inFlight = new Semaphore(MAX_REQUESTS_IN_FLIGHT);

    /// @param store `namespace/name`, for messages
    SecretApi(KubernetesClient client, String namespace, String store, RandomGenerator random) {
        this.client = client;
        this.namespace = namespace;
        this.store = store;
        this.random = random;
    }

    Optional<Secret> get(String name) {
        return read(() -> Optional.ofNullable(
                client.secrets().inNamespace(namespace).withName(name).get()));
    }

    /// The token Secrets that have all of `labels`.
    SecretList list(Map<String, String> labels) {
        return read(() -> list(labels, new ListOptionsBuilder().build()));
    }

    /// A part of that list.
    ///
    /// @param continuation where the part before ended, or `""`
    /// @throws KubernetesClientException when the continuation is none or has expired
    SecretList list(Map<String, String> labels, int limit, String continuation) {
        return read(() -> list(labels, page(limit, continuation)));
    }

    private SecretList list(Map<String, String> labels, ListOptions options) {
        return client.secrets()
                .inNamespace(namespace)
                .withLabels(labels)
                .withField("type", TokenSecretLayout.SECRET_TYPE)
                .list(options);
    }

    /// A part of the list, without the Secrets' bodies.
    PartialObjectMetadataList listMetadata(Map<String, String> labels, int limit, String continuation) {
        var options = page(limit, continuation);
        options.setLabelSelector(labels.entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(",")));
        options.setFieldSelector("type=" + TokenSecretLayout.SECRET_TYPE);
        return read(() -> client.secrets().inNamespace(namespace).listAsPartialObjectMetadata(options));
    }

    private static ListOptions page(int limit, String continuation) {
        var options = new ListOptionsBuilder().withLimit((long) limit).build();
        if (!continuation.isEmpty()) {
            options.setContinue(continuation);
        }
        return options;
    }

    /// Creates a Secret. Safe to repeat after any failure: the name is taken then, and the mark tells by whom.
    Attempt create(Secret secret) {
        return attempt(
                () -> client.secrets().inNamespace(namespace).resource(secret).create());
    }

    /// Applies a merge patch that is guarded by uid and resourceVersion. Safe to repeat: the guard lets it through
    /// once.
    Attempt patch(Secret patch) {
        return attempt(() -> client.secrets()
                .inNamespace(namespace)
                .withName(patch.getMetadata().getName())
                .patch(MERGE, patch));
    }

    /// Deletes a Secret if it is still that one, and at that version where one is given.
    ///
    /// @return false if it was gone, replaced or changed
    boolean delete(String name, String uid, Optional<String> resourceVersion) {
        return read(() -> {
            try {
                return deleteOnce(name, uid, resourceVersion);
            } catch (KubernetesClientException e) {
                if (KubernetesErrors.isConflict(e) || KubernetesErrors.isNotFound(e)) {
                    return false;
                }
                throw e;
            }
        });
    }

    private boolean deleteOnce(String name, String uid, Optional<String> resourceVersion) {
        var options = new DeleteOptionsBuilder()
                .withPreconditions(new Preconditions(resourceVersion.orElse(null), uid))
                .build();
        client.raw("/api/v1/namespaces/" + namespace + "/secrets/" + name, "DELETE", options);
        return true;
    }

    /// One request, repeated while the API server does not answer.
    <T> T read(Supplier<T> request) {
        var timeout = Timeout.of(READ_TIMEOUT);
        var backoff = Backoff.forContention(random);
        while (true) {
            try {
                return throttled(request);
            } catch (KubernetesClientException e) {
                if (KubernetesErrors.isPassing(e) && backoff.sleep(timeout)) {
                    continue;
                }
                throw KubernetesErrors.isGone(e) || KubernetesErrors.isBadRequest(e)
                        ? e
                        : KubernetesErrors.explained(e, store, client.getMasterUrl());
            }
        }
    }

    /// One write, repeated while its outcome is unknown.
    private Attempt attempt(Supplier<Secret> request) {
        var timeout = Timeout.of(WRITE_TIMEOUT);
        var backoff = Backoff.forContention(random);
        while (true) {
            try {
                return new Attempt.Done(throttled(request));
            } catch (KubernetesClientException e) {
                if (KubernetesErrors.isConflict(e)) {
                    return new Attempt.Refused(true);
                }
                if (KubernetesErrors.isNotFound(e)) {
                    return new Attempt.Refused(false);
                }
                if (!KubernetesErrors.isPassing(e) || !backoff.sleep(timeout)) {
                    throw KubernetesErrors.explained(e, store, client.getMasterUrl());
                }
            }
        }
    }

    private <T> T throttled(Supplier<T> request) {
        try {
            inFlight.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException(
                    Reason.API_SERVER_UNAVAILABLE,
                    "the call was given up before the API server answered; try again",
                    e);
        }
        try {
            return request.get();
        } finally {
            inFlight.release();
        }
    }

    /// What became of a write.
    sealed interface Attempt {
        record Done(Secret stored) implements Attempt {}

        /// The Secret is not as the write expected it: `exists` under that name, or is gone. An earlier sending of
        /// the same write may be why.
        record Refused(boolean exists) implements Attempt {}
    }
}
