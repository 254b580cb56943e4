package dev.tokenstore.benchmarks;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.testing.product.OperatorProcess;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One store that holds all tokens: how long until they are known, what that costs, what a cleanup of many costs those
/// who save meanwhile, and whether memory grows with changes.
final class OneLargeStore {
    static final String NAME = "one-large-store";

    private static final String STORE = "large";
    private static final double DELETIONS_PER_SECOND = 200;
    private static final double SLOWER_SAVES = 2;
    private static final double GROWTH = 1.05;

    /// A consistency check of fewer tokens is over before it could be noticed.
    private static final int WORTH_A_WAIT = 50_000;

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /// The tokens of round n expired so long ago, in steps that no run outlasts.
    private static final int HOURS_PER_ROUND = 100;

    private final Run run;
    private final String title;
    private final String namespace;
    private final Sizes sizes;

    OneLargeStore(Run run) {
        this.run = run;
        this.sizes = run.sizes();
        this.namespace = run.namespaces() + "large";
        this.title = String.format(Locale.ROOT, "%,d tokens in one store", sizes.tokens());
    }

    void measure() {
        run.progress().accept(title);
        var shipped = ShippedDeployment.read(run.deploy());
        try (var cluster = Cluster.open(run.deploy(), shipped, run.progress())) {
            cluster.createNamespace(namespace);
            // bound ahead of the operator, so that tokens can be saved before it is started; it finds the binding as it
            // makes it, but for the owner
            cluster.createStore(namespace, STORE, expiredAfter(0)).bind("oauth-token-store-client", Cluster.APP);
            var app = cluster.appKubeconfig(namespace);
            try (var saves = SaveLoad.prepare(app, namespace, STORE, sizes)) {
                fill(cluster);
                try (var operator = start(cluster, shipped)) {
                    run.measureIdle(title, operator);
                    // before the changes: after them one round was slow for eight seconds, at the time of etcd's
                    // compaction
                    measureCleanup(cluster, operator, saves);
                    measureEvents(cluster, operator);
                    run.report()
                            .add(Figure.of(
                                            title,
                                            "resident memory, the most at any time",
                                            new ProcessSight(operator.pid()).peakResidentMebibytes(),
                                            "MiB")
                                    .atMost(Run.MEMORY_BOUND));
                }
            }
        }
    }

    private void fill(Cluster cluster) {
        var now = Instant.now();
        var saved = SaveLoad.tokens(sizes);
        var due = sizes.dueAtOnce() * sizes.rounds();
        try (var client = cluster.newAdmin()) {
            new TokenFiller(client, run.progress()).fill(sizes.tokens() - saved, number -> {
                var isDue = number < due;
                var age = isDue ? Duration.ofHours(hoursAgo(number / sizes.dueAtOnce())) : Duration.ZERO;
                return new TokenFiller.Token(namespace, STORE, number, now.minus(age), !isDue);
            });
        }
    }

    private long hoursAgo(int round) {
        return (long) (sizes.rounds() - round) * HOURS_PER_ROUND;
    }

    /// The policy by which all rounds before `round` are over.
    private String expiredAfter(int round) {
        return "{\"maxPercent\": 100, \"expired\": {\"after\": \"%dh\"}}"
                .formatted(hoursAgo(round) + HOURS_PER_ROUND / 2);
    }

    private OperatorProcess start(Cluster cluster, ShippedDeployment shipped) {
        try (var stores = new Stores(cluster.admin(), namespace, sizes.tokens())) {
            var begin = System.nanoTime();
            var operator = run.startOperator(cluster, shipped);
            try {
                run.await(operator, PATIENCE, () -> stores.ready() == 1, () -> "the store is not ready");
                run.report()
                        .add(Figure.of(
                                title, "start of the operator to Ready", (System.nanoTime() - begin) / 1e9, "s"));
                var sight = new ProcessSight(operator.pid());
                run.report()
                        .add(Figure.of(
                                title,
                                "processor time until then",
                                sight.processorTime().toMillis() / 1e3,
                                "s"));
                return operator;
            } catch (RuntimeException e) {
                operator.close();
                throw e;
            }
        }
    }

    private void measureEvents(Cluster cluster, OperatorProcess operator) {
        var sight = new ProcessSight(operator.pid());
        var heapBefore = sight.liveHeapMebibytes();
        run.report().add(Figure.of(title, "live heap, idle", heapBefore, "MiB"));
        var processorBefore = sight.processorTime();
        var first = sizes.dueAtOnce() * sizes.rounds();
        var candidates = sizes.tokens() - SaveLoad.tokens(sizes) - first;
        var begin = System.nanoTime();
        try (var client = cluster.newAdmin()) {
            new TokenFiller(client, run.progress()).each("changed", sizes.events(), number -> {
                var token = new TokenFiller.Token(namespace, STORE, first + number % candidates, Instant.EPOCH, true);
                client.secrets()
                        .inNamespace(namespace)
                        .withName(token.name())
                        .patch(
                                PatchContext.of(PatchType.JSON_MERGE),
                                "{\"metadata\": {\"annotations\": {\"%s\": \"%s\"}}}"
                                        .formatted(TokenSecretLayout.LAST_USED_AT, Instant.now()));
            });
        }
        var seconds = (System.nanoTime() - begin) / 1e9;
        var events = String.format(Locale.ROOT, "%,d", sizes.events());
        run.report()
                .add(Figure.of(
                        title,
                        "processor while " + Math.round(sizes.events() / seconds) + " changes a second come in",
                        100 * sight.processorTime().minus(processorBefore).toMillis() / 1e3 / seconds,
                        "% of a core"));
        run.report()
                .add(Figure.of(title, "resident memory after " + events + " changes", sight.residentMebibytes(), "MiB")
                        .atMost(Run.MEMORY_BOUND));
        run.report()
                .add(Figure.of(
                                title,
                                "live heap after " + events + " changes, as a part of the one before",
                                sight.liveHeapMebibytes() / heapBefore,
                                "")
                        .atMost(GROWTH));
    }

    /// Quiet times and cleanups take turns, so that whatever else the machine does disturbs both alike.
    private void measureCleanup(Cluster cluster, OperatorProcess operator, SaveLoad saves) {
        var checks = new ConsistencyChecks(cluster.admin());
        if (sizes.tokens() >= WORTH_A_WAIT) {
            checks.awaitOne(run.progress());
        }
        var checksBefore = checks.count();
        var quiet = new ArrayList<Long>();
        var cleaning = new ArrayList<Long>();
        double seconds = 0;
        saves.begin(sizes.savesPerSecond());
        // the first saves pay for what they find cold
        Run.pause(sizes.quiet().dividedBy(4));
        double processor = 0;
        for (int round = 1; round <= sizes.rounds(); round++) {
            run.progress().accept("  round " + round + " of " + sizes.rounds() + ": saves alone");
            var processorBefore = new ProcessSight(operator.pid()).processorTime();
            var quietFrom = System.nanoTime();
            Run.pause(sizes.quiet());
            var from = System.nanoTime();
            processor += new ProcessSight(operator.pid())
                            .processorTime()
                            .minus(processorBefore)
                            .toMillis()
                    / 1e3;
            run.progress().accept("  round " + round + ": " + sizes.dueAtOnce() + " tokens fall due");
            var to = cleanUp(cluster, operator, round);
            quiet.addAll(saves.between(quietFrom, from));
            cleaning.addAll(saves.between(from, to));
            seconds += (to - from) / 1e9;
            run.progress()
                    .accept("  round " + round + ": " + Math.round((to - from) / 1e9) + " s; "
                            + described("saves alone", saves.between(quietFrom, from)) + "; "
                            + described("during the cleanup", saves.between(from, to)));
            Run.pause(Duration.ofSeconds(1));
        }
        saves.end();
        run.report()
                .add(Figure.of(title, "the API server's own consistency checks", checks.count() - checksBefore, ""));
        if (!saves.failures().isEmpty()) {
            throw new BenchmarkException(saves.failures().size() + " saves failed; the first one: "
                    + saves.failures().getFirst());
        }
        run.report()
                .add(Figure.of(
                        title,
                        "processor while " + sizes.savesPerSecond() + " saves a second go on",
                        100 * processor / (sizes.rounds() * sizes.quiet().toMillis() / 1e3),
                        "% of a core"));
        run.report()
                .add(Figure.of(
                                title,
                                "deletions a second, " + String.format(Locale.ROOT, "%,d", sizes.dueAtOnce())
                                        + " due at once",
                                sizes.dueAtOnce() * sizes.rounds() / seconds,
                                "")
                        .atLeast(DELETIONS_PER_SECOND));
        var alone = Latencies.ofNanos(quiet);
        var disturbed = Latencies.ofNanos(cleaning);
        addLatency("a save alone", alone);
        addLatency("a save during the cleanup", disturbed);
        run.report()
                .add(Figure.of(
                                title,
                                "a save during the cleanup, p99 as a multiple of that alone",
                                (double) disturbed.percentile(99).toNanos()
                                        / alone.percentile(99).toNanos(),
                                "")
                        .atMost(SLOWER_SAVES));
    }

    private void addLatency(String name, Latencies latencies) {
        for (var percent : List.of(50, 99)) {
            run.report()
                    .add(Figure.of(
                            title, name + ", p" + percent, Latencies.millis(latencies.percentile(percent)), "ms"));
        }
    }

    private static String described(String name, List<Long> nanos) {
        var latencies = Latencies.ofNanos(nanos);
        return latencies.count() == 0
                ? name + " none"
                : String.format(
                        Locale.ROOT,
                        "%s p50 %.1f, p99 %.1f ms",
                        name,
                        Latencies.millis(latencies.percentile(50)),
                        Latencies.millis(latencies.percentile(99)));
    }

    /// Makes the tokens of a round fall due; returns when the last one was gone.
    private long cleanUp(Cluster cluster, OperatorProcess operator, int round) {
        var before = operator.meter("tokenstore_tokens_deleted_total");
        var left = sizes.tokens() - sizes.dueAtOnce() * round;
        cluster.patchCleanup(namespace, STORE, expiredAfter(round));
        run.await(
                operator,
                PATIENCE,
                () -> operator.meter("tokenstore_tokens_deleted_total") - before >= sizes.dueAtOnce(),
                () -> "not all tokens of round " + round + " are deleted");
        var end = System.nanoTime();
        if (cluster.secrets(namespace) != left) {
            throw new BenchmarkException(
                    "there are " + cluster.secrets(namespace) + " Secrets, but there should be " + left);
        }
        return end;
    }
}
