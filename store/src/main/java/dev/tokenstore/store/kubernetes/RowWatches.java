package dev.tokenstore.store.kubernetes;

import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.store.ReadListener;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Watches over the rows that are used most, one for each, so that a change arrives without being asked for. They share
/// a connection of their own. Runs on a thread of its own until it is closed.
///
/// At most one watch is opened a second. A row that is hardly used any more loses its watch after a minute. A
/// connection
/// that is half open is found by a request over it every 20 seconds; then all watches end and rows are asked for again.
final class RowWatches implements AutoCloseable {
    /// An API server accepts 100 concurrent requests on a connection.
    static final int MAX_WATCHES = 50;

    /// Beyond that limit, for rows whose change is awaited.
    private static final int MAX_DEMANDED_WATCHES = 32;

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long PING_NANOS = Duration.ofSeconds(20).toNanos();
    private static final long SYNCED_WITHIN_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int NO_ANSWER = -1;
    private static final int UNPROCESSABLE = 422;
    private static final long PAUSE_AFTER_REFUSAL_NANOS = Duration.ofMinutes(10).toNanos();

    /// Uses a second, of which a tenth is forgotten each second: below, requests by need cost less than a watch.
    private static final double MIN_RATE_TO_OPEN = 5;

    private static final double MAX_RATE_TO_CLOSE = 0.5;

    private final RowCache rows;
    private final SecretObserver observer;
    private final SecretApi secrets;
    private final String namespace;
    private final Supplier<KubernetesClient> opener;
    private final ReadListener listener;
    private final RandomGenerator random;
    private final Backoff backoff;
    private final Map<String, Watched> watches = new ConcurrentHashMap<>();
    private final BlockingQueue<String> demands = new ArrayBlockingQueue<>(MAX_DEMANDED_WATCHES);
    private final Thread thread = Thread.ofVirtual().name("row-watches").unstarted(this::run);
    private @Nullable KubernetesClient client;
    private long pausedUntil;
    private long pingedAt;
    private volatile boolean startsWithState = true;
    private volatile int refusal;

    private final class Watched implements SecretWatch.Listener {
        private final String name;
        private final Duration timeout;
        private final boolean beginsWithState = startsWithState;
        private final long openedAt = observer.now();
        private long pingedAt = openedAt;
        private Optional<Secret> initial = Optional.empty();
        private volatile boolean isSynced;
        private volatile boolean hasEnded;
        private volatile @Nullable SecretWatch watch;

        Watched(String name, Duration timeout) {
            this.name = name;
            this.timeout = timeout;
        }

        @Override
        public void stored(Secret secret) {
            if (beginsWithState && !isSynced) {
                initial = Optional.of(secret);
            } else {
                observer.watched(name, secret, false);
            }
        }

        @Override
        public void deleted(Secret secret) {
            if (beginsWithState && !isSynced) {
                initial = Optional.empty();
            } else {
                observer.watched(name, secret, true);
            }
        }

        /// The initial state is the answer to a consistent read.
        @Override
        public void synced() {
            if (beginsWithState) {
                observer.read(name, initial, openedAt);
            }
            isSynced = true;
        }

        @Override
        public void ended(int status) {
            isSynced = false;
            hasEnded = true;
            if (status != HttpURLConnection.HTTP_OK) {
                refusal = status == 0 ? NO_ANSWER : status;
            }
        }
    }

    /// @param opener opens a connection for watches, which this class closes
    RowWatches(
            RowCache rows,
            SecretObserver observer,
            SecretApi secrets,
            String namespace,
            Supplier<KubernetesClient> opener,
            ReadListener listener,
            RandomGenerator random) {
        this.rows = rows;
        this.observer = observer;
        this.secrets = secrets;
        this.namespace = namespace;
        this.opener = opener;
        this.listener = listener;
        this.random = random;
        this.backoff = Backoff.withFullJitter(Duration.ofSeconds(1), Duration.ofSeconds(15), random);
        this.pausedUntil = observer.now();
        this.pingedAt = observer.now();
    }

    void start() {
        thread.start();
    }

    /// Returns whether each change of the row arrives by itself.
    boolean follow(String name) {
        var watched = watches.get(name);
        return watched != null && watched.isSynced;
    }

    /// Opens a watch over a row at once, if there is room for it: its change is awaited.
    void demand(String name) {
        if (!watches.containsKey(name) && !demands.contains(name)) {
            demands.offer(name);
        }
    }

    /// Ends all watches, whose connection or right may be gone.
    void closeAll() {
        watches.values().forEach(watched -> Optional.ofNullable(watched.watch).ifPresent(SecretWatch::close));
        watches.clear();
    }

    private void run() {
        try {
            var tick = Timeout.of(TICK, observer::now);
            while (true) {
                var demanded = demands.poll(tick.left().toNanos(), TimeUnit.NANOSECONDS);
                try {
                    if (demanded != null) {
                        openDemanded(demanded);
                    } else {
                        tick = Timeout.of(TICK, observer::now);
                        tick(observer.now());
                    }
                } catch (RuntimeException e) {
                    // a request failed; its message may quote an answer
                    pausedUntil = observer.now() + backoff.next().toNanos();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closeAll();
            closeConnection();
        }
    }

    private void tick(long now) {
        watches.values().removeIf(watched -> watched.hasEnded);
        pauseAfterRefusal(now);
        var rates = rows.rates();
        watches.values().stream()
                .filter(watched -> now - watched.openedAt > KEPT_NANOS)
                .filter(watched -> rates.getOrDefault(watched.name, 0.0) < MAX_RATE_TO_CLOSE)
                .toList()
                .forEach(this::close);
        watches.values().stream()
                .filter(watched -> !watched.isSynced && now - watched.openedAt > SYNCED_WITHIN_NANOS)
                .toList()
                .forEach(watched -> {
                    refusal = NO_ANSWER;
                    close(watched);
                });
        // an API server that is gone does not end its watches
        watches.values().stream()
                .filter(watched -> now - watched.openedAt > watched.timeout.toNanos() + PING_NANOS)
                .toList()
                .forEach(this::close);
        if (now - pingedAt > PING_NANOS) {
            pingedAt = now;
            ping();
        }
        if (now - pausedUntil >= 0) {
            openHottest(rates, now);
        }
        listener.watches((int)
                watches.values().stream().filter(watched -> watched.isSynced).count());
    }

    private void pauseAfterRefusal(long now) {
        var status = refusal;
        refusal = 0;
        switch (status) {
            case 0 -> {}
            case HttpURLConnection.HTTP_BAD_REQUEST, UNPROCESSABLE -> {
                if (!startsWithState) {
                    pausedUntil = now + backoff.next().toNanos();
                }
                startsWithState = false;
            }
            case HttpURLConnection.HTTP_FORBIDDEN -> {
                listener.watchRefused();
                pausedUntil = now + PAUSE_AFTER_REFUSAL_NANOS;
            }
            default -> pausedUntil = now + backoff.next().toNanos();
        }
    }

    private void openHottest(Map<String, Double> rates, long now) {
        var hottest = rates.entrySet().stream()
                .filter(rate -> rate.getValue() >= MIN_RATE_TO_OPEN && !watches.containsKey(rate.getKey()))
                .max(Map.Entry.comparingByValue());
        if (hottest.isEmpty()) {
            return;
        }
        if (watches.size() >= MAX_WATCHES) {
            watches.values().stream()
                    .filter(watched -> now - watched.openedAt > KEPT_NANOS)
                    .min(Comparator.comparingDouble(watched -> rates.getOrDefault(watched.name, 0.0)))
                    .filter(coldest -> rates.getOrDefault(coldest.name, 0.0) * 2
                            < hottest.get().getValue())
                    .ifPresent(this::close);
            if (watches.size() >= MAX_WATCHES) {
                return;
            }
        }
        open(hottest.get().getKey());
    }

    private void openDemanded(String name) {
        watches.values().removeIf(watched -> watched.hasEnded);
        if (observer.now() - pausedUntil >= 0
                && !watches.containsKey(name)
                && watches.size() < MAX_WATCHES + MAX_DEMANDED_WATCHES) {
            open(name);
        }
    }

    private void open(String name) {
        var after = startsWithState ? Optional.<String>empty() : secrets.readWithListVersion(name);
        // 8 to 12 minutes, so that watches that were opened together do not end together
        var watched = new Watched(name, Duration.ofSeconds(random.nextLong(480, 720)));
        watches.put(name, watched);
        try {
            watched.watch = SecretWatch.open(connection(), namespace, name, after, watched.timeout, watched);
        } finally {
            if (watched.watch == null) {
                watches.remove(name, watched);
            }
        }
        if (watches.get(name) != watched) {
            close(watched); // all were closed meanwhile
        }
    }

    private void close(Watched watched) {
        Optional.ofNullable(watched.watch).ifPresent(SecretWatch::close);
        watches.remove(watched.name, watched);
    }

    /// Asks for the watched Secret that was asked for the longest ago, over the connection of the watches. Where each
    /// watch has a connection of its own, without HTTP/2, for a third of them.
    private void ping() {
        if (watches.isEmpty()) {
            return;
        }
        var isShared = connection().getMasterUrl().getProtocol().equals("https")
                && !connection().getConfiguration().isHttp2Disable();
        var number = isShared ? 1 : (watches.size() + 2) / 3;
        watches.values().stream()
                .sorted(Comparator.comparingLong(watched -> watched.pingedAt - pausedUntil))
                .limit(number)
                .toList()
                .forEach(this::ping);
    }

    private void ping(Watched watched) {
        watched.pingedAt = observer.now();
        var before = rows.version(watched.name);
        try {
            var secret = connection()
                    .secrets()
                    .inNamespace(namespace)
                    .withName(watched.name)
                    .get();
            observer.read(watched.name, Optional.ofNullable(secret), watched.pingedAt);
            backoff.reset();
            if (!before.equals(rows.version(watched.name))) {
                close(watched); // the change did not arrive by the watch, or at the same moment: it is opened again
            }
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_UNAUTHORIZED || e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
                observer.refused();
            } else if (e.getCode() <= 0) {
                closeAll();
                closeConnection();
            }
        }
    }

    private KubernetesClient connection() {
        var open = client;
        if (open == null) {
            open = opener.get();
            client = open;
        }
        return open;
    }

    private void closeConnection() {
        var open = client;
        client = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
