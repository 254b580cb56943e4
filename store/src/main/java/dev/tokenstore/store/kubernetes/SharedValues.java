package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// A search for the Secrets that share a value with new rows: one list over the labels of the whole store, for many
/// rows
/// at once.
record SharedValues(SecretApi secrets) {
    private static final int PAGE_SIZE = 500;
    private static final int RESTARTS = 3;

    /// Returns, for each row, the names of the Secrets that share a value with it; rows without any are left out. A
    /// row's
    /// own Secret does not count.
    ///
    /// @param among which of the Secrets count
    Map<BulkRow, Set<String>> search(List<BulkRow> rows, Predicate<ObjectMeta> among) {
        var found = new LinkedHashMap<BulkRow, Set<String>>();
        if (rows.isEmpty()) {
            return found;
        }
        var byLabel = new HashMap<Map.Entry<String, String>, List<BulkRow>>();
        for (var row : rows) {
            for (var label : SecretWriter.hashLabels(row.row.fields()).entrySet()) {
                byLabel.computeIfAbsent(label, none -> new ArrayList<>(1)).add(row);
            }
        }
        try {
            secrets.metadata(PAGE_SIZE, RESTARTS)
                    .forEachPage(
                            page -> {
                                page.forEach(secret -> add(secret.getMetadata(), byLabel, among, found));
                                return true;
                            },
                            found::clear);
        } catch (KubernetesClientException e) {
            throw new StorageException(
                    Reason.API_SERVER_UNAVAILABLE, "the API server is too slow to list the store's tokens; try again");
        }
        return found;
    }

    private static void add(
            ObjectMeta secret,
            Map<Map.Entry<String, String>, List<BulkRow>> byLabel,
            Predicate<ObjectMeta> among,
            Map<BulkRow, Set<String>> found) {
        for (var label : secret.getLabels().entrySet()) {
            for (var row : byLabel.getOrDefault(label, List.of())) {
                var isOwn = row.pending
                        .filter(own -> own.name().equals(secret.getName()))
                        .isPresent();
                if (!isOwn && among.test(secret)) {
                    found.computeIfAbsent(row, none -> new LinkedHashSet<>()).add(secret.getName());
                }
            }
        }
    }
}
