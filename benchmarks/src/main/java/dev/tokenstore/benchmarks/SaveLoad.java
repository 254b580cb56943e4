package dev.tokenstore.benchmarks;

import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.kubernetes.KubernetesConnection;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import io.fabric8.kubernetes.client.Config;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Saves that go on at an even pace as sidecars carry them out: each gives a token that is stored already, by its id, a
/// new access token. A save counts from the moment at which it should have begun, so none is left out while the API
/// server is slow.
final class SaveLoad implements AutoCloseable {
    private static final int TOKENS = 500;
    private static final int AT_ONCE = 8;

    private final KubernetesConnection connection;
    private final TokenStore store;
    private final List<TokenFields> tokens;
    private final Queue<Save> saves = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong count = new AtomicLong();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    private record Save(long begun, long nanos) {}

    private SaveLoad(KubernetesConnection connection, TokenStore store, List<TokenFields> tokens) {
        this.connection = connection;
        this.store = store;
        this.tokens = tokens;
    }

    /// Saves the first tokens of a store that is empty still: a new token's first save looks for twins among all.
    ///
    /// @param kubeconfig of an account that may use the store
    static SaveLoad prepare(Path kubeconfig, String namespace, String name, Sizes sizes) {
        var connection = KubernetesConnection.open(Config.fromKubeconfig(kubeconfig.toFile()), InstantSource.system());
        var random = new SecureRandom();
        var storage = connection.storage(namespace, name, random, unreadable -> {});
        var store = new TokenStore(storage, storage, storage.uses(), random);
        var tokens = new ConcurrentLinkedQueue<TokenFields>();
        try (var threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            for (int i = 0; i < tokens(sizes); i++) {
                var user = "saved-" + i + "@example.com";
                threads.execute(() -> tokens.add(saved(store.save(TokenFields.of(Map.of(
                        TokenField.USER_SIGNATURE,
                        user,
                        TokenField.CLIENT_ID,
                        "1000.BENCHMARKBENCHMARKBENCHMARK",
                        TokenField.CLIENT_SECRET,
                        "fixture-secret-client",
                        TokenField.REDIRECT_URL,
                        "https://www.example.com/oauth/callback",
                        TokenField.API_DOMAIN,
                        "https://www.zohoapis.com",
                        TokenField.REFRESH_TOKEN,
                        "fixture-secret-refresh-" + user,
                        TokenField.ACCESS_TOKEN,
                        "fixture-secret-access-" + user,
                        TokenField.EXPIRES_IN,
                        inAnHour()))))));
            }
        }
        if (tokens.size() < tokens(sizes)) {
            throw new BenchmarkException("only " + tokens.size() + " of " + tokens(sizes) + " tokens could be saved");
        }
        return new SaveLoad(connection, store, new ArrayList<>(tokens));
    }

    /// How many tokens it keeps saving.
    static int tokens(Sizes sizes) {
        return Math.min(TOKENS, sizes.tokens() / 2);
    }

    private static TokenFields saved(SaveResult result) {
        if (result instanceof SaveResult.Saved saved) {
            return TokenFields.of(Map.of(
                    TokenField.ID,
                    saved.token().fields().get(TokenField.ID).orElseThrow().reveal()));
        }
        throw new BenchmarkException("a token could not be saved: " + result);
    }

    private static String inAnHour() {
        return Long.toString(Instant.now().plus(Duration.ofHours(1)).toEpochMilli());
    }

    void begin(int perSecond) {
        var begin = System.nanoTime();
        var period = TimeUnit.SECONDS.toNanos(1) / perSecond;
        clock.scheduleAtFixedRate(
                () -> {
                    var number = count.getAndIncrement();
                    threads.execute(() -> save(number, begin + number * period));
                },
                0,
                period,
                TimeUnit.NANOSECONDS);
    }

    /// Begins no more saves.
    void end() {
        clock.shutdownNow();
    }

    private void save(long number, long due) {
        var token = tokens.get((int) (number % tokens.size()))
                .with(TokenField.ACCESS_TOKEN, "fixture-secret-access-" + number)
                .with(TokenField.EXPIRES_IN, inAnHour());
        try {
            saved(store.save(token));
        } catch (RuntimeException e) {
            failures.add(Optional.ofNullable(e.getMessage()).orElse(e.toString()));
        }
        saves.add(new Save(due, System.nanoTime() - due));
    }

    /// The saves that should have begun between two moments of `System.nanoTime()`.
    List<Long> between(long from, long to) {
        return saves.stream()
                .filter(save -> save.begun() - from >= 0 && save.begun() - to < 0)
                .map(Save::nanos)
                .toList();
    }

    /// What went wrong.
    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        end();
        threads.close();
        store.close();
        connection.close();
    }
}
