package dev.tokenstore.operator.response;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Trims what the API server sends about stores, RoleBindings and Secrets to what the operator reads ([Trimming]),
/// while it streams in: no object that somebody wrote can fill the memory, or be too deep for the JSON parser.
///
/// The client must watch over HTTP (`withOnlyHttpWatches`): interceptors do not see what comes over WebSockets.
public final class TrimmedResponses implements Interceptor {
    private TrimmedResponses() {}

    /// Adds it to a client.
    public static void install(HttpClient.Builder builder) {
        builder.addOrReplaceInterceptor("trimmed-responses", new TrimmedResponses());
    }

    @Override
    public AsyncBody.Consumer<List<ByteBuffer>> consumer(
            AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
        return trimming(request)
                .map(JsonTrimmer::new)
                .<AsyncBody.Consumer<List<ByteBuffer>>>map(trimmer -> (parts, body) ->
                        consumer.consume(parts.stream().map(trimmer::trim).toList(), body))
                .orElse(consumer);
    }

    /// Marks a watch as open when its response begins; the client library would do so at the first event, which may be
    /// a minute later.
    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        if (!isWatch(request) || !response.isSuccessful()) {
            return;
        }
        try {
            consumer.consume(List.of(), new NothingRead());
        } catch (Exception e) {
            throw new IllegalStateException("the watch failed to start", e);
        }
    }

    /// Whether a request is a watch.
    public static boolean isWatch(HttpRequest request) {
        var query = request.uri().getQuery();
        return query != null && query.contains("watch=true");
    }

    private static Optional<Trimming> trimming(HttpRequest request) {
        var path = request.uri().getPath() + "/";
        if (path.contains("/secrets/")) {
            return Optional.of(Trimming.SECRETS);
        }
        if (path.contains("/oauthtokenstores/")) {
            return Optional.of(Trimming.STORES);
        }
        return path.contains("/rolebindings/") ? Optional.of(Trimming.ROLE_BINDINGS) : Optional.empty();
    }

    /// The body of an empty part.
    private static final class NothingRead implements AsyncBody {
        @Override
        public void consume() {}

        @Override
        public CompletableFuture<Void> done() {
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void cancel() {}
    }
}
