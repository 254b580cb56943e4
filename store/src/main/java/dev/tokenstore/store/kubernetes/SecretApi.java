package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.BoundedExecutor;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.runtime.kubernetes.PagedList;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.fabric8.kubernetes.api.model.Preconditions;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// The requests about the token Secrets of one store, one HTTP request each unless said otherwise. Thread-safe,
/// blocking.
///
/// Requests are repeated for a short while when the API server does not answer. That is safe for writes: each is
/// guarded
/// by a precondition, and carries a nonce by which its writer recognises its own success.
final class SecretApi implements AutoCloseable {
    /// The API server allows 100 streams per connection and Java's HTTP client fails beyond that.
    private static final int MAX_REQUESTS_IN_FLIGHT = 64;

    private static final Duration READ_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(6);
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private final KubernetesClient client;
    private final String namespace;
    private final String store;
    private final RandomGenerator random;
    private final BoundedExecutor requests = new BoundedExecutor(MAX_REQUESTS_IN_FLIGHT);
    private final BoundedExecutor tasks = new BoundedExecutor(MAX_REQUESTS_IN_FLIGHT);
    private volatile SecretObserver observer = SecretObserver.NONE;

    /// @param store its name
    SecretApi(KubernetesClient client, String namespace, String store, RandomGenerator random) {
        this.client = client;
        this.namespace = namespace;
        this.store = store;
        this.random = random;
    }

    /// From now on `observer` gets the answers about single Secrets, and those that a label finds.
    void observe(SecretObserver observer) {
        this.observer = observer;
    }

    Optional<Secret> get(String name) {
        return repeated(READ_TIMEOUT, () -> {
            var askedAt = observer.now();
            var secret = Optional.ofNullable(
                    client.secrets().inNamespace(namespace).withName(name).get());
            observer.read(name, secret, askedAt);
            return secret;
        });
    }

    /// Reads a Secret by a list.
    ///
    /// @return the list's resourceVersion, from which a watch can go on
    Optional<String> readWithListVersion(String name) {
        return repeated(READ_TIMEOUT, () -> {
            var askedAt = observer.now();
            var list = client.secrets()
                    .inNamespace(namespace)
                    .withField("metadata.name", name)
                    .list();
            observer.read(name, list.getItems().stream().findFirst(), askedAt);
            return Optional.ofNullable(list.getMetadata().getResourceVersion());
        });
    }

    /// The store's Secrets with a label.
    List<Secret> withLabel(String label, String value) {
        return repeated(READ_TIMEOUT, () -> {
            var askedAt = observer.now();
            var found = client.secrets()
                    .inNamespace(namespace)
                    .withLabels(Map.of(TokenSecretLayout.STORE_LABEL, store, label, value))
                    .withField("type", TokenSecretLayout.SECRET_TYPE)
                    .list()
                    .getItems();
            found.forEach(secret -> observer.read(secret.getMetadata().getName(), Optional.of(secret), askedAt));
            return found;
        });
    }

    /// A page of the store's Secrets.
    ///
    /// @param continuation where the page before ended, or `""`
    /// @throws KubernetesClientException if the continuation is malformed (400) or has expired (410)
    SecretList page(int limit, String continuation) {
        var options = new ListOptionsBuilder().withLimit((long) limit).build();
        if (!continuation.isEmpty()) {
            options.setContinue(continuation);
        }
        return listed(() -> client.secrets().inNamespace(namespace).list(select(options)));
    }

    /// The metadata of the store's Secrets, without their bodies.
    PagedList<PartialObjectMetadata> metadata(int pageSize, int restarts) {
        return new PagedList<>(
                pageSize,
                restarts,
                options -> listed(
                        () -> client.secrets().inNamespace(namespace).listAsPartialObjectMetadata(select(options))));
    }

    private ListOptions select(ListOptions options) {
        options.setLabelSelector(TokenSecretLayout.STORE_LABEL + "=" + store);
        options.setFieldSelector("type=" + TokenSecretLayout.SECRET_TYPE);
        return options;
    }

    /// Creates a Secret; safe to repeat, because the name is taken once it succeeded.
    ///
    /// @return the Secret; empty if the name is taken, perhaps by an earlier request of this call
    Optional<Secret> create(Secret secret) {
        return write(
                secret.getMetadata().getName(),
                () -> client.secrets().inNamespace(namespace).resource(secret).create());
    }

    /// Applies a merge patch that is guarded by uid and resourceVersion; safe to repeat, because the guard passes once.
    ///
    /// @return the Secret; empty if the guard failed, perhaps for an earlier request of this call
    Optional<Secret> patch(Secret patch) {
        var name = patch.getMetadata().getName();
        return write(
                name,
                () -> client.secrets().inNamespace(namespace).withName(name).patch(MERGE, patch));
    }

    private Optional<Secret> write(String name, Supplier<Secret> request) {
        var askedAt = observer.now();
        var isKnown = false;
        try {
            var written = repeated(WRITE_TIMEOUT, () -> unlessRefused(request));
            written.ifPresent(secret -> observer.wrote(secret, askedAt));
            isKnown = written.isPresent();
            return written;
        } finally {
            if (!isKnown) {
                observer.forget(name);
            }
        }
    }

    /// Deletes a Secret if it is still that one, and at that version where one is given.
    ///
    /// @return false if it was gone, replaced or changed
    boolean delete(String name, String uid, Optional<String> resourceVersion) {
        var options = new DeleteOptionsBuilder()
                .withPreconditions(new Preconditions(resourceVersion.orElse(null), uid))
                .build();
        try {
            return repeated(
                    READ_TIMEOUT,
                    () -> unlessRefused(() -> {
                                client.raw("/api/v1/namespaces/" + namespace + "/secrets/" + name, "DELETE", options);
                                return true;
                            })
                            .isPresent());
        } finally {
            observer.forget(name);
        }
    }

    private static <T> Optional<T> unlessRefused(Supplier<T> request) {
        try {
            return Optional.of(request.get());
        } catch (KubernetesClientException e) {
            if (KubernetesErrors.isConflict(e) || KubernetesErrors.isNotFound(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /// Runs tasks that send requests, concurrently, and waits for all of them.
    ///
    /// @return the results, in the order of the items
    /// @throws StorageException the first failure, when all have ended
    <T, R> List<R> concurrently(Collection<T> items, Function<T, R> task) {
        try {
            return tasks.map(items, task);
        } catch (InterruptedException e) {
            throw cancelled(e);
        }
    }

    private <T> T repeated(Duration length, Supplier<T> request) {
        return repeated(length, request, failure -> false);
    }

    /// A list whose continuation may be refused.
    private <T> T listed(Supplier<T> request) {
        return repeated(
                READ_TIMEOUT,
                request,
                failure -> KubernetesErrors.isGone(failure) || KubernetesErrors.isBadRequest(failure));
    }

    /// @param unexplained failures that the caller handles itself
    private <T> T repeated(Duration length, Supplier<T> request, Predicate<KubernetesClientException> unexplained) {
        var timeout = Timeout.of(length);
        var backoff = Backoff.forContention(random);
        while (true) {
            try {
                return requests.run(request);
            } catch (InterruptedException e) {
                throw cancelled(e);
            } catch (KubernetesClientException e) {
                if (KubernetesErrors.isPassing(e) && backoff.sleep(timeout)) {
                    continue;
                }
                throw unexplained.test(e)
                        ? e
                        : KubernetesErrors.explained(e, namespace + "/" + store, client.getConfiguration());
            }
        }
    }

    static StorageException cancelled(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new StorageException(
                Reason.API_SERVER_UNAVAILABLE, "the call was given up before the API server answered; try again", e);
    }

    @Override
    public void close() {
        tasks.close();
        requests.close();
    }
}
