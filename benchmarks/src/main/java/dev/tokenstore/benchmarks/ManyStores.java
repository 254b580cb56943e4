package dev.tokenstore.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Many small stores, each in a namespace of its own: how long until all are known, and what that costs.
final class ManyStores {
    static final String NAME = "many-stores";

    private static final String STORE = "small";
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final Run run;
    private final String title;
    private final Sizes sizes;

    ManyStores(Run run) {
        this.run = run;
        this.sizes = run.sizes();
        this.title = String.format(
                Locale.ROOT,
                "%,d stores in %,d namespaces, %,d tokens each",
                sizes.stores(),
                sizes.stores(),
                sizes.tokensPerStore());
    }

    void measure() {
        run.progress().accept(title);
        var shipped = ShippedDeployment.read(run.deploy());
        try (var cluster = Cluster.open(run.deploy(), shipped, run.progress())) {
            try (var client = cluster.newAdmin()) {
                var filler = new TokenFiller(client, run.progress());
                filler.each("namespaces with a store created", sizes.stores(), number -> {
                    cluster.createNamespace(namespace(number));
                    cluster.createStore(namespace(number), STORE, "{\"expired\": {\"after\": \"24h\"}}");
                });
                var now = Instant.now();
                filler.fill(
                        sizes.stores() * sizes.tokensPerStore(),
                        number -> new TokenFiller.Token(namespace(number % sizes.stores()), STORE, number, now, true));
            }
            try (var stores = new Stores(cluster.admin(), run.namespaces(), sizes.tokensPerStore())) {
                var begin = System.nanoTime();
                try (var operator = run.startOperator(cluster, shipped)) {
                    run.await(
                            operator,
                            PATIENCE,
                            () -> stores.ready() == sizes.stores(),
                            () -> stores.ready() + " of " + sizes.stores() + " stores are ready");
                    run.report()
                            .add(Figure.of(
                                    title,
                                    "start of the operator to all Ready",
                                    (System.nanoTime() - begin) / 1e9,
                                    "s"));
                    run.report()
                            .add(Figure.of(
                                    title, "requests to the API server until then", operator.meter(Run.REQUESTS), ""));
                    run.report()
                            .add(Figure.of(
                                    title,
                                    "processor time until then",
                                    new ProcessSight(operator.pid())
                                                    .processorTime()
                                                    .toMillis()
                                            / 1e3,
                                    "s"));
                    run.measureIdle(title, operator);
                    run.report()
                            .add(Figure.of(
                                            title,
                                            "resident memory, the most at any time",
                                            new ProcessSight(operator.pid()).peakResidentMebibytes(),
                                            "MiB")
                                    .atMost(Run.MEMORY_BOUND));
                    run.report()
                            .add(Figure.of(
                                    title,
                                    "live heap, idle",
                                    new ProcessSight(operator.pid()).liveHeapMebibytes(),
                                    "MiB"));
                }
            }
        }
    }

    private String namespace(int number) {
        return run.namespaces() + number;
    }
}
