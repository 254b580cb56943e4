package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.operator.cleanup.CleanupPlan.DueToken;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.operator.token.TokenIndex;
import dev.tokenstore.runtime.BoundedExecutor;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Deletes due tokens, each with the uid and resourceVersion of the decision as preconditions: a token that was
/// refreshed or used since then survives. Thread-safe.
public final class TokenDeletion implements AutoCloseable {
    /// The most tokens that one call deletes.
    public static final int BATCH = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(TokenDeletion.class);

    // leaves the API server room for saves: docs/operator.md, Scale, has the measurement
    private static final int AT_ONCE = 4;
    private static final int PER_SECOND = 240;

    private static final int MOST_FAILURES_IN_A_ROW = 16;
    private static final int MOST_FAILED = 10_000;

    /// The outcome of a batch of deletions.
    ///
    /// @param deleted number of deleted tokens by reason, of those of which there are any
    /// @param changed number of tokens that survive because someone wrote to them since the decision
    /// @param failed number of deletions that failed for another cause
    /// @param forbidden whether the operator lacks the right to delete
    public record Result(Map<EndReason, Integer> deleted, int changed, int failed, boolean forbidden) {
        public static final Result NOTHING = new Result(Map.of(), 0, 0, false);

        public Result {
            deleted = Map.copyOf(deleted);
        }

        public int total() {
            return deleted.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private enum Outcome {
        DELETED,
        /// Someone wrote to the token since the decision, so it survives.
        CHANGED,
        /// Someone else deleted it.
        GONE,
        /// The store no longer asks for it, so it survives.
        CANCELLED,
        FORBIDDEN,
        /// Retrying may help.
        FAILED
    }

    private final SecretMetadata secrets;
    private final BooleanSupplier permitted;
    private final DeletionPace pace = new DeletionPace(PER_SECOND);
    private final Set<String> failedBefore = ConcurrentHashMap.newKeySet();
    private final BoundedExecutor threads = new BoundedExecutor(AT_ONCE);

    /// @param permitted whether this process may delete at all; evaluated before each deletion
    public TokenDeletion(SecretMetadata secrets, BooleanSupplier permitted) {
        this.secrets = secrets;
        this.permitted = permitted;
    }

    /// Deletes the first [#BATCH] of `due` and removes them from the index.
    ///
    /// @param wanted whether the decision still holds; evaluated before each deletion, so that a change of the store
    /// stops a cleanup
    public Result delete(String namespace, TokenIndex index, List<DueToken> due, BooleanSupplier wanted) {
        // tokens that failed last time come last, so that they delay no other token
        var byPast = due.stream()
                .collect(Collectors.partitioningBy(
                        token -> failedBefore.contains(token.token().uid())));
        var batch = Stream.of(false, true)
                .flatMap(failed -> byPast.getOrDefault(failed, List.of()).stream())
                .limit(BATCH)
                .toList();
        var failures = new AtomicInteger();
        var outcomes = outcomes(
                batch,
                token -> wanted.getAsBoolean() ? deleteUnlessAllFail(namespace, token, failures) : Outcome.CANCELLED);
        var deleted = new EnumMap<EndReason, Integer>(EndReason.class);
        int changed = 0;
        int failed = 0;
        boolean forbidden = false;
        for (int i = 0; i < batch.size(); i++) {
            var token = batch.get(i);
            switch (outcomes.get(i)) {
                case DELETED -> {
                    index.forget(token.token());
                    deleted.merge(token.reason(), 1, Integer::sum);
                }
                case GONE -> index.forget(token.token());
                case CANCELLED -> {}
                case CHANGED -> changed++;
                case FAILED -> failed++;
                case FORBIDDEN -> {
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
                    .log("could not delete all tokens that are due; the next cleanup retries");
        }
        return new Result(deleted, changed, failed, forbidden);
    }

    @Override
    public void close() {
        threads.close();
    }

    /// Skips the rest of a batch whose deletions fail one after the other: other stores wait for these threads.
    private Outcome deleteUnlessAllFail(String namespace, DueToken due, AtomicInteger failures) {
        if (failures.get() >= MOST_FAILURES_IN_A_ROW) {
            return Outcome.FAILED;
        }
        var outcome = pace.run(() -> permitted.getAsBoolean() ? delete(namespace, due) : Outcome.FAILED);
        if (outcome == Outcome.FAILED || outcome == Outcome.FORBIDDEN) {
            failures.incrementAndGet();
            if (failedBefore.size() >= MOST_FAILED) {
                failedBefore.clear();
            }
            failedBefore.add(due.token().uid());
        } else {
            failures.set(0);
            failedBefore.remove(due.token().uid());
        }
        return outcome;
    }

    private Outcome delete(String namespace, DueToken due) {
        var token = due.token();
        try {
            secrets.delete(namespace, token);
        } catch (KubernetesClientException e) {
            return switch (e.getCode()) {
                case HttpURLConnection.HTTP_CONFLICT -> {
                    log(namespace, due).log("the token changed after the decision to delete it and survives");
                    yield Outcome.CHANGED;
                }
                case HttpURLConnection.HTTP_NOT_FOUND -> Outcome.GONE;
                case HttpURLConnection.HTTP_FORBIDDEN -> Outcome.FORBIDDEN;
                default -> {
                    LOG.atDebug()
                            .addKeyValue("namespace", namespace)
                            .addKeyValue("secret", token.name())
                            .addKeyValue("code", e.getCode())
                            .log("could not delete a token");
                    yield Outcome.FAILED;
                }
            };
        }
        log(namespace, due).log("deleted a token");
        return Outcome.DELETED;
    }

    private static LoggingEventBuilder log(String namespace, DueToken due) {
        return LOG.atInfo()
                .addKeyValue("namespace", namespace)
                .addKeyValue("store", due.token().store())
                .addKeyValue("secret", due.token().name())
                .addKeyValue("reason", due.reason().label());
    }

    private List<Outcome> outcomes(List<DueToken> batch, Function<DueToken, Outcome> deletion) {
        try {
            return threads.map(batch, deletion);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Collections.nCopies(batch.size(), Outcome.FAILED);
        }
    }
}
