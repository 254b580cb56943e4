package dev.tokenstore.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/// A list of the API server, read page by page. Immutable.
///
/// The API server forgets a list after some minutes and answers 410 to its continue token; the list then starts again
/// at its first page.
///
/// @param pageSize the most objects on a page
/// @param restarts how often the list may start again
/// @param request sends one request of the list with the given options
public record PagedList<T extends HasMetadata>(
        int pageSize, int restarts, Function<ListOptions, ? extends KubernetesResourceList<T>> request) {
    /// Reads pages until `consumer` returns false or the list ends.
    ///
    /// @param consumer gets each page's objects, and returns whether to go on; after a restart it gets objects that it
    /// has seen before
    /// @throws KubernetesClientException if a request fails, also with 410 when no restart is left
    public void forEachPage(Predicate<List<T>> consumer) {
        forEachPage(consumer, () -> {});
    }

    /// Reads pages until `consumer` returns false or the list ends.
    ///
    /// @param onRestart runs before the list starts again
    public void forEachPage(Predicate<List<T>> consumer, Runnable onRestart) {
        var continuation = "";
        for (int restarted = 0; ; ) {
            KubernetesResourceList<T> page;
            try {
                page = request.apply(options(continuation));
            } catch (KubernetesClientException e) {
                if (e.getCode() != HttpURLConnection.HTTP_GONE || restarted == restarts) {
                    throw e;
                }
                restarted++;
                continuation = "";
                onRestart.run();
                continue;
            }
            // an empty list of metadata has null items
            if (!consumer.test(page.getItems() == null ? List.of() : page.getItems())) {
                return;
            }
            var next = page.getMetadata().getContinue();
            if (next == null || next.isEmpty()) {
                return;
            }
            continuation = next;
        }
    }

    private ListOptions options(String continuation) {
        var options = new ListOptionsBuilder().withLimit((long) pageSize).build();
        if (!continuation.isEmpty()) {
            options.setContinue(continuation);
        }
        return options;
    }
}
