package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The watch over the token Secrets of one namespace, begun again when the API server had refused it.
///
/// Other failures are left to the informer, which retries them by itself and keeps what it knows meanwhile: a deletion
/// decided on stale knowledge fails on its precondition.
final class NamespaceWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceWatch.class);
    /// New rights need some 30 ms to become effective.
    private static final Duration FIRST_WAIT = Duration.ofMillis(50);

    /// A refusal is told once waits are this long: some 3 seconds after the first.
    private static final Duration TOLD = Duration.ofSeconds(2);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /// Each page costs the API server about as much as all of them together, so there are few; and policies keep what
    /// clients write of metadata below some 60 KB each, so that one fits the memory.
    private static final long PAGE = 250;

    private final String namespace;
    private final InstantSource clock;
    private final Consumer<String> storeChanged;
    private final Set<String> stores = ConcurrentHashMap.newKeySet();

    private KubernetesClient metadataClient;
    private @Nullable Attempt attempt;
    private Duration wait = FIRST_WAIT;

    /// @param storeChanged hears the name of a store whose tokens, or the sight of them, changed
    NamespaceWatch(
            KubernetesClient metadataClient, String namespace, InstantSource clock, Consumer<String> storeChanged) {
        this.metadataClient = metadataClient;
        this.namespace = namespace;
        this.clock = clock;
        this.storeChanged = storeChanged;
    }

    void add(String store) {
        stores.add(store);
    }

    /// Returns whether no store is left.
    boolean removeLeavingNone(String store) {
        stores.remove(store);
        return stores.isEmpty();
    }

    /// The client that it goes through.
    synchronized KubernetesClient client() {
        return metadataClient;
    }

    synchronized TokenView view() {
        if (attempt == null) {
            attempt = begin();
        }
        var now = clock.instant();
        if (attempt.refusedAt != null && !now.isBefore(attempt.refusedAt.plus(wait))) {
            wait = min(wait.multipliedBy(2), LONGEST_WAIT);
            attempt = begin();
        }
        if (attempt.refusedAt != null) {
            var retryIn = Duration.between(now, attempt.refusedAt.plus(wait));
            return wait.compareTo(TOLD) < 0
                    ? new TokenView.Loading(Optional.of(retryIn))
                    : new TokenView.Refused(retryIn);
        }
        return attempt.listed.get() ? new TokenView.Watching(attempt.index) : new TokenView.Loading(Optional.empty());
    }

    /// Goes on through another client; it begins anew there if it was begun.
    synchronized void renew(KubernetesClient other) {
        metadataClient = other;
        if (attempt != null) {
            attempt.informer.stop();
            attempt = begin();
        }
    }

    synchronized boolean isListed() {
        return attempt != null && attempt.listed.get();
    }

    synchronized boolean isBegun() {
        return attempt != null;
    }

    synchronized boolean isOpen() {
        return attempt != null && attempt.informer.isWatching();
    }

    @Override
    public synchronized void close() {
        if (attempt != null) {
            attempt.informer.stop();
        }
    }

    private Attempt begin() {
        var index = new TokenIndex(namespace, clock);
        var listed = new AtomicBoolean();
        var informer = metadataClient
                .secrets()
                .inNamespace(namespace)
                .withField("type", TokenSecretLayout.SECRET_TYPE)
                .withLabel(TokenSecretLayout.STORE_LABEL)
                .withLimit(PAGE)
                .runnableInformer(0)
                .removeNamespaceIndex()
                .itemStore(index)
                .exceptionHandler((started, problem) -> retries(problem))
                .addEventHandler(new StoresOfChangedSecrets(listed));
        var started = new Attempt(index, informer, listed);
        informer.stopped().whenComplete((nothing, problem) -> {
            if (problem != null) {
                refused(started, problem);
            }
        });
        informer.start().thenRun(() -> listed(started));
        return started;
    }

    private void listed(Attempt listed) {
        synchronized (this) {
            listed.listed.set(true);
            wait = FIRST_WAIT;
        }
        LOG.atInfo()
                .addKeyValue("namespace", namespace)
                .addKeyValue("tokens", listed.index.size())
                .log("watching tokens");
        stores.forEach(storeChanged);
    }

    private void refused(Attempt refused, Throwable problem) {
        boolean told;
        synchronized (this) {
            refused.refusedAt = clock.instant();
            told = wait.compareTo(TOLD) >= 0;
        }
        LOG.atLevel(told ? Level.WARN : Level.DEBUG)
                .addKeyValue("namespace", namespace)
                .addKeyValue("cause", problem.getMessage())
                .log("may not watch tokens");
        stores.forEach(storeChanged);
    }

    private boolean retries(Throwable problem) {
        if (isRefusal(problem)) {
            return false;
        }
        LOG.atWarn()
                .addKeyValue("namespace", namespace)
                .addKeyValue("cause", problem.getMessage())
                .log("the watch over tokens broke off and is begun again");
        return true;
    }

    private static boolean isRefusal(Throwable problem) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubernetesClientException refusal
                    && (refusal.getCode() == HttpURLConnection.HTTP_FORBIDDEN
                            || refusal.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED)) {
                return true;
            }
        }
        return false;
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static final class Attempt {
        private final TokenIndex index;
        private final SharedIndexInformer<Secret> informer;
        private final AtomicBoolean listed;
        private @Nullable Instant refusedAt;

        Attempt(TokenIndex index, SharedIndexInformer<Secret> informer, AtomicBoolean listed) {
            this.index = index;
            this.informer = informer;
            this.listed = listed;
        }
    }

    /// Tells of changes once all tokens are known: what comes before is told of together.
    private final class StoresOfChangedSecrets implements ResourceEventHandler<Secret> {
        private final AtomicBoolean listed;

        StoresOfChangedSecrets(AtomicBoolean listed) {
            this.listed = listed;
        }

        @Override
        public void onAdd(Secret secret) {
            changed(secret);
        }

        @Override
        public void onUpdate(Secret before, Secret after) {
            changed(before);
            changed(after);
        }

        @Override
        public void onDelete(Secret secret, boolean finalStateUnknown) {
            changed(secret);
        }

        private void changed(Secret secret) {
            if (!listed.get()) {
                return;
            }
            Map<String, String> labels = secret.getMetadata().getLabels();
            var store = labels == null ? null : labels.get(TokenSecretLayout.STORE_LABEL);
            if (store != null && stores.contains(store)) {
                storeChanged.accept(store);
            }
        }
    }
}
