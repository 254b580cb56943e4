package dev.tokenstore.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.store.token.Hashes;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Fills stores with tokens as sidecars leave them, faster than sidecars could: one request each instead of four.
final class TokenFiller {
    /// The API server refuses more than 100 on one connection.
    private static final int IN_FLIGHT = 64;

    private static final Duration TOLD_EVERY = Duration.ofSeconds(15);

    private static final Map<String, String> HASH_LABELS = Map.of(
            "id", TokenSecretLayout.ID_HASH_LABEL,
            "user_signature", TokenSecretLayout.USER_HASH_LABEL,
            "refresh_token", TokenSecretLayout.REFRESH_HASH_LABEL,
            "access_token", TokenSecretLayout.ACCESS_HASH_LABEL);

    private final KubernetesClient client;
    private final Consumer<String> progress;

    TokenFiller(KubernetesClient client, Consumer<String> progress) {
        this.client = client;
        this.progress = progress;
    }

    /// A token that will be created.
    ///
    /// @param number tells it from the others of its store
    /// @param saved when it was saved; its access token expires an hour later
    record Token(String namespace, String store, int number, Instant saved, boolean renewable) {
        String name() {
            return TokenSecretLayout.secretName(store, Hashes.hash("benchmark", store, Integer.toString(number)));
        }
    }

    /// Creates `count` tokens; those that are there already stay as they are.
    void fill(int count, IntFunction<Token> tokens) {
        each("created", count, number -> {
            var token = tokens.apply(number);
            client.secrets()
                    .inNamespace(token.namespace())
                    .resource(secret(token))
                    .create();
        });
    }

    /// Does something `count` times, some at once, and tells how far it is.
    ///
    /// @param done what is done, in one word
    void each(String done, int count, IntConsumer action) {
        var begin = System.nanoTime();
        var finished = new AtomicInteger();
        var told = new AtomicReference<>(Instant.now());
        var failure = new AtomicReference<@Nullable RuntimeException>();
        var permits = new Semaphore(IN_FLIGHT);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count && failure.get() == null; i++) {
                var number = i;
                permits.acquireUninterruptibly();
                threads.execute(() -> {
                    try {
                        action.accept(number);
                        tell(done, finished.incrementAndGet(), count, told);
                    } catch (RuntimeException e) {
                        failure.compareAndSet(null, e);
                    } finally {
                        permits.release();
                    }
                });
            }
        }
        var first = failure.get();
        if (first != null) {
            throw new BenchmarkException(
                    "only " + finished + " of " + count + " were " + done + ": " + first.getMessage(), first);
        }
        var seconds = (System.nanoTime() - begin) / 1e9;
        progress.accept("  " + done + " " + count + " in " + Math.round(seconds) + " s, " + Math.round(count / seconds)
                + " a second");
    }

    private void tell(String done, int finished, int count, AtomicReference<Instant> told) {
        var last = told.get();
        var now = Instant.now();
        if (Duration.between(last, now).compareTo(TOLD_EVERY) > 0 && told.compareAndSet(last, now)) {
            progress.accept("  " + done + " " + finished + " of " + count);
        }
    }

    /// As a sidecar leaves it after the first save, about 1.7 KB as JSON.
    private static Secret secret(Token token) {
        var id = token.store() + "-" + token.number();
        var data = new LinkedHashMap<String, String>();
        data.put("id", "id-" + id);
        data.put("user_signature", "user-" + id + "@example.com");
        data.put("client_id", "1000.BENCHMARKBENCHMARKBENCHMARK");
        data.put("client_secret", "fixture-secret-client");
        data.put("redirect_url", "https://www.example.com/oauth/callback");
        data.put("access_token", "fixture-secret-access-" + Hashes.hash("access", id));
        data.put("api_domain", "https://www.zohoapis.com");
        var expiry = token.saved().plus(Duration.ofHours(1));
        data.put("expires_in", Long.toString(expiry.toEpochMilli()));
        var labels = new LinkedHashMap<String, String>();
        labels.put(TokenSecretLayout.MANAGED_BY_LABEL, TokenSecretLayout.MANAGED_BY);
        labels.put(TokenSecretLayout.STORE_LABEL, token.store());
        if (token.renewable()) {
            data.put("refresh_token", "fixture-secret-refresh-" + Hashes.hash("refresh", id));
        }
        HASH_LABELS.forEach((field, label) -> {
            if (data.containsKey(field)) {
                labels.put(label, Hashes.hash(field, data.get(field)));
            }
        });
        return new SecretBuilder()
                .withNewMetadata()
                .withName(token.name())
                .withLabels(labels)
                .withAnnotations(annotations(token, expiry))
                .endMetadata()
                .withType(TokenSecretLayout.SECRET_TYPE)
                .withData(encoded(data))
                .build();
    }

    private static Map<String, String> annotations(Token token, Instant expiry) {
        var saved = token.saved().toString();
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(TokenSecretLayout.LAYOUT, TokenSecretLayout.LAYOUT_VERSION);
        annotations.put(TokenSecretLayout.STATE, TokenSecretLayout.CONFIRMED);
        annotations.put(TokenSecretLayout.VERSION, "benchmark.1");
        annotations.put(TokenSecretLayout.CREATED_AT, saved);
        annotations.put(TokenSecretLayout.SAVED_AT, saved);
        annotations.put(TokenSecretLayout.LAST_USED_AT, saved);
        annotations.put(TokenSecretLayout.USER_SINCE, saved);
        annotations.put(TokenSecretLayout.USER_RANK, "0");
        annotations.put(TokenSecretLayout.ACCESS_EXPIRES_AT, expiry.toString());
        annotations.put(TokenSecretLayout.RENEWABLE, Boolean.toString(token.renewable()));
        annotations.put(TokenSecretLayout.WRITES, "aaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbb");
        return annotations;
    }

    private static Map<String, String> encoded(Map<String, String> data) {
        var encoded = new LinkedHashMap<String, String>();
        data.forEach((key, value) -> encoded.put(key, Base64.getEncoder().encodeToString(value.getBytes(UTF_8))));
        return encoded;
    }
}
