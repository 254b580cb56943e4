package dev.tokenstore.benchmarks;

import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import dev.tokenstore.testing.product.ScrapedMetrics;
import dev.tokenstore.testing.product.SidecarProcess;
import dev.tokenstore.testing.product.TestStore;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/// What a find of a token in use costs, as a multiple of an empty call: a find that asks for nothing, which takes the
/// same
/// way through the sidecar and looks nothing up. Both are called in turns, A B B A, in each of several rounds; a figure
/// is
/// the median of the rounds' ratios.
final class ReadPath {
    static final String NAME = "read-path";

    private static final String TITLE = "Reads through a sidecar";
    private static final String UNIX = "unix:";
    private static final int IN_FLIGHT = 64;
    private static final int TOKENS_IN_USE = 10;
    private static final Duration WATCHED_WITHIN = Duration.ofMinutes(1);
    private static final FindTokenRequest NOTHING = FindTokenRequest.getDefaultInstance();

    private final Run run;
    private final Sizes sizes;
    private final EventLoopGroup io = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    private record Paired(Latencies one, Latencies other) {
        double ratio(double percent) {
            return (double) other.percentile(percent).toNanos()
                    / one.percentile(percent).toNanos();
        }
    }

    ReadPath(Run run) {
        this.run = run;
        this.sizes = run.sizes();
    }

    void measure() {
        run.progress().accept(TITLE);
        var shipped = ShippedDeployment.read(run.deploy());
        try (var cluster = Cluster.open(run.deploy(), shipped, run.progress())) {
            var namespace = run.namespaces() + "reads";
            cluster.createNamespace(namespace);
            var store = new TestStore(cluster.admin(), cluster.kubeconfig(), namespace, "crm").apply("{}");
            try (var sidecar = SidecarProcess.serving(store, store.kubeconfig(), run.folder())
                            .awaitReady();
                    var other = SidecarProcess.serving(store, store.kubeconfig(), run.folder())
                            .awaitReady()) {
                measure(sidecar, other);
            }
        } finally {
            io.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private void measure(SidecarProcess sidecar, SidecarProcess other) {
        var channels = List.of(open(sidecar.socketAddress()), open(sidecar.address()), open(other.address()));
        try {
            var socket = TokenStoreServiceGrpc.newBlockingStub(channels.get(0));
            var tokens = save(socket);
            awaitWatched(sidecar, socket, tokens);
            for (var transport : List.of(0, 1)) {
                var name = transport == 0 ? "Unix socket" : "TCP";
                var stub = TokenStoreServiceGrpc.newBlockingStub(channels.get(transport));
                var find = FindTokenByIdRequest.newBuilder()
                        .setId(tokens.getFirst().getId())
                        .build();
                var pairs = paired(() -> stub.findToken(NOTHING), () -> stub.findTokenById(find));
                add("empty call, " + name + ", p50", medianOf(pairs, pair -> micros(pair.one(), 50)), "us");
                run.report()
                        .add(figure(
                                        "find by id / empty call, " + name + ", p50",
                                        medianOf(pairs, pair -> pair.ratio(50)),
                                        "x")
                                .atMost(1.25));
                run.report()
                        .add(figure(
                                        "find by id / empty call, " + name + ", p99",
                                        medianOf(pairs, pair -> pair.ratio(99)),
                                        "x")
                                .atMost(1.5));
            }
            var byUser = FindTokenRequest.newBuilder()
                    .setToken(Token.newBuilder()
                            .setUserSignature(tokens.getFirst().getUserSignature()))
                    .build();
            var byId = FindTokenByIdRequest.newBuilder()
                    .setId(tokens.getFirst().getId())
                    .build();
            var pairs = paired(() -> socket.findTokenById(byId), () -> socket.findToken(byUser));
            run.report()
                    .add(figure("find by user / find by id, p50", medianOf(pairs, pair -> pair.ratio(50)), "x")
                            .atMost(1.1));
            run.report()
                    .add(figure("calls a second with 64 in flight, find by id / empty", throughput(socket, byId), "x")
                            .atLeast(0.85));
            requests(sidecar, socket, tokens);
            visibility(socket, TokenStoreServiceGrpc.newBlockingStub(channels.get(2)), tokens.getFirst());
            add(
                    "resident memory of the sidecar after that",
                    new ProcessSight(sidecar.pid()).residentMebibytes(),
                    "MiB");
        } finally {
            channels.forEach(ManagedChannel::shutdownNow);
        }
    }

    private List<Token> save(TokenStoreServiceBlockingStub stub) {
        var tokens = new ArrayList<Token>();
        var expiry = Long.toString(Instant.now().plus(Duration.ofDays(1)).toEpochMilli());
        for (int i = 0; i < TOKENS_IN_USE; i++) {
            var token = Token.newBuilder()
                    .setUserSignature("read-" + i + "@example.com")
                    .setRefreshToken("fixture-secret-refresh-" + i)
                    .setAccessToken("fixture-secret-access-" + i)
                    .setApiDomain("https://www.zohoapis.com")
                    .setExpiresIn(expiry);
            tokens.add(
                    stub.saveToken(SaveTokenRequest.newBuilder().setToken(token).build())
                            .getToken());
        }
        return tokens;
    }

    private void awaitWatched(SidecarProcess sidecar, TokenStoreServiceBlockingStub stub, List<Token> tokens) {
        var until = System.nanoTime() + WATCHED_WITHIN.toNanos();
        while (meter(sidecar, "tokenstore_sidecar_watches") < tokens.size()) {
            if (System.nanoTime() - until > 0) {
                throw new BenchmarkException(
                        "the tokens in use are not watched after " + WATCHED_WITHIN.toSeconds() + " s");
            }
            for (int i = 0; i < 20; i++) {
                tokens.forEach(token -> stub.findTokenById(
                        FindTokenByIdRequest.newBuilder().setId(token.getId()).build()));
            }
        }
    }

    /// Calls both in turns, after as many calls to warm up.
    private List<Paired> paired(Runnable one, Runnable other) {
        timed(one);
        timed(other);
        var pairs = new ArrayList<Paired>();
        for (int round = 0; round < sizes.readRounds(); round++) {
            var first = timed(one);
            var second = timed(other);
            var third = timed(other);
            var fourth = timed(one);
            pairs.add(new Paired(Latencies.of(first, fourth), Latencies.of(second, third)));
        }
        return pairs;
    }

    private long[] timed(Runnable call) {
        var nanos = new long[sizes.reads()];
        for (int i = 0; i < nanos.length; i++) {
            var begin = System.nanoTime();
            call.run();
            nanos[i] = System.nanoTime() - begin;
        }
        return nanos;
    }

    private double throughput(TokenStoreServiceBlockingStub stub, FindTokenByIdRequest find) {
        Runnable empty = () -> stub.findToken(NOTHING);
        Runnable found = () -> stub.findTokenById(find);
        rate(empty);
        var ratios = new double[Math.max(3, sizes.readRounds() / 3)];
        for (int round = 0; round < ratios.length; round++) {
            var first = rate(empty);
            var second = rate(found) + rate(found);
            ratios[round] = second / (first + rate(empty));
        }
        return median(ratios);
    }

    private double rate(Runnable call) {
        var calls = new AtomicLong();
        var length = sizes.quiet().dividedBy(20);
        var begin = System.nanoTime();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < IN_FLIGHT; i++) {
                callers.execute(() -> {
                    while (System.nanoTime() - begin < length.toNanos()) {
                        call.run();
                        calls.incrementAndGet();
                    }
                });
            }
        }
        return calls.get() * 1e9 / (System.nanoTime() - begin);
    }

    private void requests(SidecarProcess sidecar, TokenStoreServiceBlockingStub stub, List<Token> tokens) {
        // those that were not used for a minute have lost their watches
        awaitWatched(sidecar, stub, tokens);
        var before = meter(sidecar, "tokenstore_sidecar_reads_total", "source", "api_server");
        var finds = sizes.reads() * 50;
        for (int i = 0; i < finds; i++) {
            stub.findTokenById(FindTokenByIdRequest.newBuilder()
                    .setId(tokens.get(i % tokens.size()).getId())
                    .build());
        }
        run.report()
                .add(figure(
                                "requests for tokens that " + finds + " finds of " + tokens.size() + " tokens caused",
                                meter(sidecar, "tokenstore_sidecar_reads_total", "source", "api_server") - before,
                                "")
                        .atMost(0));
    }

    /// From the answer to a save by another sidecar to the first find that returns it.
    private void visibility(TokenStoreServiceBlockingStub stub, TokenStoreServiceBlockingStub other, Token token) {
        var find = FindTokenByIdRequest.newBuilder().setId(token.getId()).build();
        var nanos = new long[Math.max(20, sizes.reads() / 10)];
        for (int i = 0; i < nanos.length; i++) {
            var access = "fixture-secret-visible-" + i;
            other.saveToken(SaveTokenRequest.newBuilder()
                    .setToken(Token.newBuilder().setId(token.getId()).setAccessToken(access))
                    .build());
            var begin = System.nanoTime();
            while (!stub.findTokenById(find).getToken().getAccessToken().equals(access)) {
                Thread.onSpinWait();
            }
            nanos[i] = System.nanoTime() - begin;
        }
        var visible = Latencies.of(nanos);
        add("a save is seen by another sidecar's find after, p50", Latencies.millis(visible.percentile(50)), "ms");
        run.report()
                .add(figure("the same, p99", Latencies.millis(visible.percentile(99)), "ms")
                        .atMost(50));
    }

    private static double meter(SidecarProcess sidecar, String name, String... labels) {
        return ScrapedMetrics.parse(sidecar.get("/metrics")).value(name, labels);
    }

    private ManagedChannel open(String address) {
        return address.startsWith(UNIX)
                ? NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(address.substring(UNIX.length())))
                        .channelFactory(NioDomainSocketChannel::new)
                        .withOption(ChannelOption.SO_KEEPALIVE, null)
                        .eventLoopGroup(io)
                        .usePlaintext()
                        .build()
                : NettyChannelBuilder.forTarget(address)
                        .channelType(NioSocketChannel.class)
                        .eventLoopGroup(io)
                        .usePlaintext()
                        .build();
    }

    private static double micros(Latencies latencies, double percent) {
        return latencies.percentile(percent).toNanos() / 1e3;
    }

    private static double medianOf(List<Paired> pairs, ToDoubleFunction<Paired> value) {
        return median(pairs.stream().mapToDouble(value).toArray());
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static Figure figure(String name, double value, String unit) {
        return Figure.of(TITLE, name, value, unit);
    }

    private void add(String name, double value, String unit) {
        run.report().add(figure(name, value, unit));
    }
}
