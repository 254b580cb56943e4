package dev.tokenstore.store.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.utils.Utils;
import java.io.ByteArrayOutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A watch over one Secret: one request whose answer goes on until it breaks, or the API server ends it. It is not
/// begun
/// again.
final class SecretWatch implements AutoCloseable {
    /// The annotation of the bookmark that ends the initial events.
    private static final String INITIAL_EVENTS_END = "k8s.io/initial-events-end";

    private static final int MAX_EVENT_BYTES = 4 << 20;

    private final Listener listener;
    private final boolean startsWithState;
    private final KubernetesSerialization serialization;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final AtomicBoolean hasEnded = new AtomicBoolean();
    private volatile @Nullable AsyncBody body;
    private volatile @Nullable CompletableFuture<?> request;

    /// Gets what the watch delivers, one call at a time and in order.
    interface Listener {
        void stored(Secret secret);

        void deleted(Secret secret);

        /// From now on each change is delivered; what was there when the watch began was.
        void synced();

        /// The watch delivers nothing more.
        ///
        /// @param status of the refusal; 200 after an accepted watch, 0 if there was no answer
        void ended(int status);
    }

    private SecretWatch(Listener listener, boolean startsWithState, KubernetesSerialization serialization) {
        this.listener = listener;
        this.startsWithState = startsWithState;
        this.serialization = serialization;
    }

    /// Begins a watch; returns at once.
    ///
    /// @param after the resourceVersion of a list that the watch goes on from. Empty: the watch begins with the
    /// Secret's
    ///     state, which the API server may not support (400 or 422)
    /// @param timeout after which the API server ends the watch
    static SecretWatch open(
            KubernetesClient client,
            String namespace,
            String name,
            Optional<String> after,
            Duration timeout,
            Listener listener) {
        var watch = new SecretWatch(listener, after.isEmpty(), client.getKubernetesSerialization());
        var start = after.map(version -> "&resourceVersion=" + Utils.toUrlEncoded(version))
                .orElse("&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
        var uri = URI.create(client.getMasterUrl() + "api/v1/namespaces/" + namespace
                + "/secrets?watch=true&allowWatchBookmarks=true&fieldSelector=metadata.name%3D" + name
                + "&timeoutSeconds=" + timeout.toSeconds() + start);
        var http = client.getHttpClient();
        var request = http.consumeBytes(
                http.newHttpRequestBuilder().uri(uri).forStreaming().build(), watch::consume);
        watch.request = request;
        request.whenComplete((response, failure) -> {
            if (response == null || response.code() != HttpURLConnection.HTTP_OK) {
                if (response != null) {
                    response.body().cancel();
                }
                watch.end(response == null ? 0 : response.code());
                return;
            }
            watch.begin(response.body());
        });
        return watch;
    }

    private void begin(AsyncBody answer) {
        body = answer;
        if (hasEnded.get()) {
            answer.cancel();
            return;
        }
        if (!startsWithState) {
            listener.synced();
        }
        answer.consume();
        answer.done().whenComplete((done, failure) -> end(HttpURLConnection.HTTP_OK));
    }

    private void consume(List<ByteBuffer> chunks, AsyncBody source) {
        for (var chunk : chunks) {
            while (chunk.hasRemaining()) {
                var next = chunk.get();
                if (next == '\n') {
                    deliver(line.toByteArray());
                    line.reset();
                } else {
                    line.write(next);
                }
            }
        }
        if (line.size() > MAX_EVENT_BYTES) {
            close();
        } else {
            source.consume();
        }
    }

    private void deliver(byte[] text) {
        if (hasEnded.get()) {
            return;
        }
        try {
            var event = serialization.unmarshal(new java.io.ByteArrayInputStream(text), WatchEvent.class);
            if (!(event.getObject() instanceof Secret secret)) {
                close(); // an error, such as 410
                return;
            }
            switch (event.getType()) {
                case "ADDED", "MODIFIED" -> listener.stored(secret);
                case "DELETED" -> listener.deleted(secret);
                case "BOOKMARK" -> {
                    var annotations = secret.getMetadata().getAnnotations();
                    if (annotations != null && annotations.containsKey(INITIAL_EVENTS_END)) {
                        listener.synced();
                    }
                }
                default -> close();
            }
        } catch (RuntimeException e) {
            close(); // its message may quote the event
        }
    }

    private void end(int status) {
        if (hasEnded.compareAndSet(false, true)) {
            listener.ended(status);
        }
    }

    /// Ends the watch; the listener gets nothing more but [Listener#ended].
    @Override
    public void close() {
        end(HttpURLConnection.HTTP_OK);
        var open = body;
        var waiting = request;
        if (open != null) {
            open.cancel();
        } else if (waiting != null) {
            waiting.cancel(true); // no timeout of the client's is set: a later JDK's would cover the whole answer
        }
    }
}
