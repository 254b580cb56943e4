package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.fabric8.kubernetes.api.model.PartialObjectMetadataList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// Deletes all Secrets of a store that are there when it starts, in batches, without reading what they hold.
///
/// They are deleted one by one with a precondition on the uid. (A `deletecollection` would answer with all the
/// bodies, and would need a right that clients do not have.)
final class MassDeletion {
    private static final int BATCH = 500;
    private static final int RESTARTS = 5;

    private final SecretApi secrets;
    private final Fanout fanout;
    private final Map<String, String> labels;

    MassDeletion(SecretApi secrets, Fanout fanout, Map<String, String> labels) {
        this.secrets = secrets;
        this.fanout = fanout;
        this.labels = labels;
    }

    /// @return how many Secrets this call deleted
    long run() {
        long deleted = 0;
        var continuation = "";
        for (int restarts = 0; restarts <= RESTARTS; ) {
            PartialObjectMetadataList batch;
            try {
                batch = secrets.listMetadata(labels, BATCH, continuation);
            } catch (KubernetesClientException e) {
                // the list took longer than the API server remembers it: what is left is listed again
                continuation = "";
                restarts++;
                continue;
            }
            deleted += delete(batch);
            var next = batch.getMetadata().getContinue();
            if (next == null || next.isEmpty()) {
                return deleted;
            }
            continuation = next;
        }
        throw new StorageException(
                Reason.API_SERVER_UNAVAILABLE, "the API server is too slow to delete all tokens; delete them again");
    }

    private long delete(PartialObjectMetadataList batch) {
        List<PartialObjectMetadata> items = batch.getItems() == null ? List.of() : batch.getItems();
        var deletions = items.stream()
                .<Callable<Boolean>>map(item -> () -> secrets.delete(
                        item.getMetadata().getName(), item.getMetadata().getUid(), Optional.empty()))
                .toList();
        return fanout.all(deletions).stream().filter(deleted -> deleted).count();
    }
}
