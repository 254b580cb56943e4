package dev.tokenstore.operator;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What a client sends, and a way to do something just before it deletes.
final class RecordedRequests implements Interceptor {
    record Sent(Instant at, String method, String path, String query, String accept, int status) {
        boolean watch() {
            return query.contains("watch=true");
        }
    }

    private final List<Sent> sent = new CopyOnWriteArrayList<>();
    private volatile Runnable beforeDelete = () -> {};

    List<Sent> sent() {
        return List.copyOf(sent);
    }

    /// Runs once, in the thread that deletes, when the decision is taken and the request not yet sent.
    void beforeNextDelete(Runnable action) {
        beforeDelete = action;
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        if (request.method().equals("DELETE")) {
            var action = beforeDelete;
            beforeDelete = () -> {};
            action.run();
        }
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        var query = request.uri().getQuery();
        sent.add(new Sent(
                InstantSource.system().instant(),
                request.method(),
                request.uri().getPath(),
                query == null ? "" : query,
                String.join(",", request.headers("Accept")),
                response.code()));
    }
}
