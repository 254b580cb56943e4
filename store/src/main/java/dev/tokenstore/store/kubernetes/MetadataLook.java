package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.fabric8.kubernetes.api.model.PartialObjectMetadataList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// One look over all Secrets of a store, for many rows at once: which of them share a value with which row. It reads
/// the labels alone, in pages, and keeps only what it finds.
final class MetadataLook {
    private static final int PAGE = 500;
    private static final int RESTARTS = 3;

    private final SecretApi secrets;
    private final SecretWriter writer;

    MetadataLook(SecretApi secrets, SecretWriter writer) {
        this.secrets = secrets;
        this.writer = writer;
    }

    /// Looks at the store as it is now, and adds to each search the names of the Secrets that share a value with it.
    ///
    /// @param among which of the Secrets count
    void find(List<Search> searches, Predicate<ObjectMeta> among) {
        if (searches.isEmpty()) {
            return;
        }
        var byLabel = new HashMap<Map.Entry<String, String>, List<Search>>();
        for (var search : searches) {
            for (var label : search.labels.entrySet()) {
                byLabel.computeIfAbsent(label, none -> new ArrayList<>(1)).add(search);
            }
        }
        for (int restarts = 0; restarts <= RESTARTS; restarts++) {
            searches.forEach(search -> search.found.clear());
            try {
                look(byLabel, among);
                return;
            } catch (KubernetesClientException e) {
                // the list took longer than the API server remembers it
                if (!KubernetesErrors.isGone(e)) {
                    throw e;
                }
            }
        }
        throw new StorageException(
                Reason.API_SERVER_UNAVAILABLE, "the API server is too slow to list the store's tokens; try again");
    }

    private void look(Map<Map.Entry<String, String>, List<Search>> byLabel, Predicate<ObjectMeta> among) {
        var continuation = "";
        do {
            var page = secrets.listMetadata(writer.storeLabels(), PAGE, continuation);
            for (var metadata : metadataOf(page)) {
                for (var label : metadata.getLabels().entrySet()) {
                    byLabel.getOrDefault(label, List.of()).stream()
                            .filter(search -> !search.ownName.equals(metadata.getName()))
                            .filter(search -> among.test(metadata))
                            .forEach(search -> search.found.add(metadata.getName()));
                }
            }
            continuation = page.getMetadata().getContinue();
        } while (continuation != null && !continuation.isEmpty());
    }

    private static List<ObjectMeta> metadataOf(PartialObjectMetadataList page) {
        return page.getItems() == null
                ? List.of()
                : page.getItems().stream()
                        .map(PartialObjectMetadata::getMetadata)
                        .toList();
    }

    /// What to look for, and what was found. Not thread-safe.
    static final class Search {
        private final String ownName;
        private final Map<String, String> labels;
        private final Set<String> found = new LinkedHashSet<>();

        /// @param ownName the name of the Secret that does not count, `""` if there is none
        /// @param labels hashes of the values to look for
        Search(String ownName, Map<String, String> labels) {
            this.ownName = ownName;
            this.labels = Map.copyOf(labels);
        }

        /// The names of the Secrets that share a value.
        List<String> found() {
            return List.copyOf(found);
        }
    }
}
