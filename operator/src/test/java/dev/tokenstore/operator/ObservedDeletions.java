package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/// When each Secret of a namespace was deleted, as a watch tells that is opened before the first of them.
final class ObservedDeletions implements Watcher<Secret>, AutoCloseable {
    /// A Secret as it was when it was deleted.
    record Deleted(Secret secret, Instant at) {}

    private final Map<String, Deleted> byUid = new ConcurrentHashMap<>();
    private final AtomicBoolean broken = new AtomicBoolean();
    private final Watch watch;

    ObservedDeletions(KubernetesClient client, String namespace) {
        watch = client.secrets().inNamespace(namespace).watch(this);
    }

    @Override
    public void eventReceived(Action action, Secret secret) {
        if (action == Action.DELETED) {
            var deleted = new Deleted(secret, InstantSource.system().instant());
            var before = byUid.putIfAbsent(secret.getMetadata().getUid(), deleted);
            broken.compareAndSet(false, before != null);
        }
    }

    @Override
    public void onClose(WatcherException cause) {
        broken.set(true);
    }

    int count() {
        return byUid.size();
    }

    /// The moments by name; no name was deleted twice.
    Map<String, Instant> moments() {
        return objects().stream()
                .collect(Collectors.toMap(
                        deleted -> deleted.secret().getMetadata().getName(), Deleted::at));
    }

    List<Deleted> objects() {
        assertThat(broken).as("a deletion was told twice, or not").isFalse();
        return List.copyOf(byUid.values());
    }

    @Override
    public void close() {
        watch.close();
    }
}
