package dev.tokenstore.operator.token;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.runtime.Backoff;
import io.fabric8.kubernetes.api.model.Secret;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// The watch over the token Secrets of one namespace, started again after a refusal.
///
/// The informer retries after all other failures and keeps its entries meanwhile: a deletion that was decided on a
/// stale
/// entry fails on its precondition.
final class NamespaceWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NamespaceWatch.class);

    /// New rights need some 30 ms to become effective.
    private static final Duration FIRST_DELAY = Duration.ofMillis(50);

    /// A refusal is reported once delays are this long, some 3 seconds after the first refusal.
    private static final Duration REPORTED_FROM = Duration.ofSeconds(2);

    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);

    private final String namespace;
    private final InstantSource clock;
    private final Consumer<String> storeChanged;
    private final Set<String> stores = ConcurrentHashMap.newKeySet();

    private final Interruption interruption = new Interruption(System::nanoTime);

    private SecretMetadata connection;
    private @Nullable Attempt attempt;
    private final Backoff backoff = Backoff.exponential(FIRST_DELAY, LONGEST_DELAY);

    /// @param storeChanged called with the name of a store whose tokens changed, or whose watch began or was refused
    NamespaceWatch(SecretMetadata connection, String namespace, InstantSource clock, Consumer<String> storeChanged) {
        this.connection = connection;
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

    synchronized SecretMetadata connection() {
        return connection;
    }

    synchronized TokenView view() {
        if (attempt == null) {
            attempt = begin();
        }
        var now = clock.instant();
        if (attempt.refusal != null && !now.isBefore(attempt.refusal.retryAt())) {
            attempt = begin();
        }
        if (attempt.refusal != null) {
            var retryIn = Duration.between(now, attempt.refusal.retryAt());
            return attempt.refusal.isReported()
                    ? new TokenView.Refused(retryIn)
                    : new TokenView.Loading(Optional.of(retryIn));
        }
        return attempt.isListed
                ? new TokenView.Watching(attempt.index, interruption.isReported())
                : new TokenView.Loading(Optional.empty());
    }

    /// Moves to another connection, where the watch starts again if it was started.
    synchronized void renew(SecretMetadata other) {
        connection = other;
        if (attempt != null) {
            attempt.informer.stop();
            attempt = begin();
        }
    }

    synchronized boolean isListed() {
        return attempt != null && attempt.isListed;
    }

    synchronized boolean isStarted() {
        return attempt != null;
    }

    synchronized boolean isOpen() {
        return attempt != null && attempt.informer.isWatching();
    }

    /// Reports the stores as changed if the watch has now been broken for a minute, or is open again after that.
    void check() {
        if (interruption.observe(!isListed() || isOpen())) {
            LOG.atWarn()
                    .addKeyValue("namespace", namespace)
                    .log(
                            interruption.isReported()
                                    ? "the watch over tokens has been broken for a minute"
                                    : "the watch over tokens is open again");
            stores.forEach(storeChanged);
        }
    }

    @Override
    public synchronized void close() {
        if (attempt != null) {
            attempt.informer.stop();
        }
    }

    private Attempt begin() {
        var started = new Attempt();
        started.informer.stopped().whenComplete((nothing, problem) -> {
            if (problem != null) {
                refused(started, problem);
            }
        });
        started.informer.start().thenRun(() -> listed(started));
        return started;
    }

    private void listed(Attempt listed) {
        synchronized (this) {
            listed.isListed = true;
            backoff.reset();
        }
        LOG.atInfo()
                .addKeyValue("namespace", namespace)
                .addKeyValue("tokens", listed.index.size())
                .log("watching tokens");
        stores.forEach(storeChanged);
    }

    private void refused(Attempt refused, Throwable problem) {
        Refusal refusal;
        synchronized (this) {
            var delay = backoff.next();
            refusal = new Refusal(clock.instant().plus(delay), delay.compareTo(REPORTED_FROM) >= 0);
            refused.refusal = refusal;
        }
        LOG.atLevel(refusal.isReported() ? Level.WARN : Level.DEBUG)
                .addKeyValue("namespace", namespace)
                .addKeyValue("cause", problem.getMessage())
                .log("the API server refused the watch over tokens");
        stores.forEach(storeChanged);
    }

    private boolean retries(Throwable problem) {
        if (isRefusal(problem)) {
            return false;
        }
        LOG.atWarn()
                .addKeyValue("namespace", namespace)
                .addKeyValue("cause", problem.getMessage())
                .log("the watch over tokens broke and is started again");
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

    /// @param isReported false for the first refusals, which new rights cause
    private record Refusal(Instant retryAt, boolean isReported) {}

    /// A watch from its start to its end, with the index that it fills. It reports changes once the initial list is
    /// complete; the list itself is reported as one change.
    private final class Attempt implements ResourceEventHandler<Secret> {
        private final TokenIndex index = new TokenIndex(namespace, clock);
        private final SharedIndexInformer<Secret> informer = connection
                .tokens(namespace)
                .itemStore(index)
                .exceptionHandler((started, problem) -> retries(problem))
                .addEventHandler(this);
        private volatile boolean isListed;
        private @Nullable Refusal refusal;

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
            Map<String, String> labels = secret.getMetadata().getLabels();
            var store = isListed && labels != null ? labels.get(TokenSecretLayout.STORE_LABEL) : null;
            if (store != null && stores.contains(store)) {
                storeChanged.accept(store);
            }
        }
    }
}
