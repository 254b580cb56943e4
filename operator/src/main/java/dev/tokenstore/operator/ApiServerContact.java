package dev.tokenstore.operator;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs once when the API server stops answering, and once when it answers again. An interceptor of the Kubernetes
/// clients:
/// watches retry without logging.
final class ApiServerContact implements Interceptor {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServerContact.class);

    private final AtomicBoolean lost = new AtomicBoolean();

    @Override
    public void afterConnectionFailure(HttpRequest request, Throwable failure) {
        if (lost.compareAndSet(false, true)) {
            LOG.atWarn()
                    .addKeyValue("server", request.uri().getAuthority())
                    .addKeyValue("cause", failure.getClass().getSimpleName())
                    .log("the API server does not answer; nothing is cleaned up until it does");
        }
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        if (lost.compareAndSet(true, false)) {
            LOG.atInfo().addKeyValue("server", request.uri().getAuthority()).log("the API server answers again");
        }
    }
}
