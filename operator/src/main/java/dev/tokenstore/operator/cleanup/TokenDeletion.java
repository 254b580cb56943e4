package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.EndReason;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Deletes due tokens, each on condition that it is still exactly what the decision was taken on: same object, same
/// version. A token refreshed or used in between survives. Thread-safe.
public final class TokenDeletion implements AutoCloseable {
    /// At most so many in one go; the rest follows in the next.
    public static final int BATCH = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(TokenDeletion.class);

    // deletions must not crowd out those who save: see docs/operator.md, Scale, for what these two were measured with
    private static final int AT_ONCE = 4;
    private static final int PER_SECOND = 240;

    private static final int HOPELESS = 16;
    private static final int REMEMBERED = 10_000;

    private final KubernetesClient metadataClient;
    private final BooleanSupplier permitted;
    private final DeletionPace pace = new DeletionPace(PER_SECOND);
    private final Set<String> failedBefore =
            Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<String, Boolean>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > REMEMBERED;
                }
            }));
    private final ExecutorService threads = Executors.newFixedThreadPool(
            AT_ONCE, Thread.ofVirtual().name("deletion-", 0).factory());

    /// @param metadataClient one of [MetadataClient]; closed by whoever opened it
    /// @param permitted whether this process may delete at all; asked before each token
    public TokenDeletion(KubernetesClient metadataClient, BooleanSupplier permitted) {
        this.metadataClient = metadataClient;
        this.permitted = permitted;
    }

    /// Deletes the first [#BATCH] of `due` and takes what is gone out of the index.
    ///
    /// @param wanted whether what was decided still holds; asked before each token, so that a cleanup can be
    /// stopped
    public CleanupResult delete(String namespace, TokenIndex index, List<DueToken> due, BooleanSupplier wanted) {
        // what failed last time comes last, so that it holds up no other token
        var byPast = due.stream()
                .collect(Collectors.partitioningBy(
                        token -> failedBefore.contains(token.token().uid())));
        var batch = Stream.of(false, true)
                .flatMap(failed -> byPast.getOrDefault(failed, List.of()).stream())
                .limit(BATCH)
                .toList();
        var outcomes = new ArrayList<Future<DeletionOutcome>>();
        var failures = new AtomicInteger();
        for (var token : batch) {
            outcomes.add(threads.submit(() -> wanted.getAsBoolean()
                    ? deleteUnlessHopeless(namespace, token, failures)
                    : new DeletionOutcome.CalledOff()));
        }
        var deleted = new EnumMap<EndReason, Integer>(EndReason.class);
        int changed = 0;
        int failed = 0;
        boolean forbidden = false;
        for (int i = 0; i < batch.size(); i++) {
            var token = batch.get(i);
            switch (outcome(outcomes.get(i))) {
                case DeletionOutcome.Deleted d -> {
                    index.forget(token.token());
                    deleted.merge(token.reason(), 1, Integer::sum);
                }
                case DeletionOutcome.Gone g -> index.forget(token.token());
                case DeletionOutcome.CalledOff c -> {}
                case DeletionOutcome.Changed c -> changed++;
                case DeletionOutcome.Failed f -> failed++;
                case DeletionOutcome.Forbidden f -> {
                    failed++;
                    forbidden = true;
                }
            }
        }
        if (failed > 0) {
            LOG.atWarn()
                    .addKeyValue("namespace", namespace)
                    .addKeyValue("failed", failed)
                    .addKeyValue("of", batch.size())
                    .log("could not delete all tokens that are due; it is tried again");
        }
        return new CleanupResult(deleted, changed, failed, forbidden);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /// A namespace whose deletions fail one after the other must not hold up the other stores.
    private DeletionOutcome deleteUnlessHopeless(String namespace, DueToken due, AtomicInteger failures) {
        if (failures.get() >= HOPELESS) {
            return new DeletionOutcome.Failed(0);
        }
        var outcome = pace.run(() -> permitted.getAsBoolean() ? delete(namespace, due) : new DeletionOutcome.Failed(0));
        if (outcome instanceof DeletionOutcome.Failed || outcome instanceof DeletionOutcome.Forbidden) {
            failures.incrementAndGet();
            failedBefore.add(due.token().uid());
        } else {
            failures.set(0);
            failedBefore.remove(due.token().uid());
        }
        return outcome;
    }

    private DeletionOutcome delete(String namespace, DueToken due) {
        var token = due.token();
        var options = new DeleteOptionsBuilder()
                .withNewPreconditions(token.resourceVersion(), token.uid())
                .build();
        try {
            // the client's own delete cannot be told a uid
            metadataClient.raw("/api/v1/namespaces/" + namespace + "/secrets/" + token.name(), "DELETE", options);
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_CONFLICT -> {
                    log(namespace, due).log("token changed after the decision to delete it: it survives");
                    yield new DeletionOutcome.Changed();
                }
                case HttpURLConnection.HTTP_NOT_FOUND -> new DeletionOutcome.Gone();
                case HttpURLConnection.HTTP_FORBIDDEN -> new DeletionOutcome.Forbidden();
                default -> {
                    LOG.atDebug()
                            .addKeyValue("namespace", namespace)
                            .addKeyValue("secret", token.name())
                            .addKeyValue("code", e.getCode())
                            .log("could not delete a token");
                    yield new DeletionOutcome.Failed(e.getCode());
                }
            };
        }
        log(namespace, due).log("deleted a token");
        return new DeletionOutcome.Deleted();
    }

    private static LoggingEventBuilder log(String namespace, DueToken due) {
        return LOG.atInfo()
                .addKeyValue("namespace", namespace)
                .addKeyValue("store", due.token().store())
                .addKeyValue("secret", due.token().name())
                .addKeyValue("reason", due.reason().label());
    }

    private static DeletionOutcome outcome(Future<DeletionOutcome> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new DeletionOutcome.Failed(0);
        } catch (ExecutionException e) {
            throw new IllegalStateException("the deletion of a token broke off", e.getCause());
        }
    }
}
