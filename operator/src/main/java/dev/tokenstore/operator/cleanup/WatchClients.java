package dev.tokenstore.operator.cleanup;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/// The clients that watches over tokens go through: a watch is a request that does not end, and API servers let one
/// connection carry 100 requests at a time. So there are as many clients, with a connection each, as there have to be.
/// Not thread-safe.
final class WatchClients implements AutoCloseable {
    /// The rest is for the moments in which a watch is renewed: the old one may not have ended yet.
    static final int WATCHES_EACH = 80;

    private final Supplier<KubernetesClient> clients;
    private final Map<KubernetesClient, Integer> watches = new LinkedHashMap<>();

    /// @param clients opens one more, see [MetadataClient]
    WatchClients(Supplier<KubernetesClient> clients) {
        this.clients = clients;
    }

    /// Returns a client that has room for one more watch, which is taken now.
    KubernetesClient take() {
        for (var client : watches.entrySet()) {
            if (client.getValue() < WATCHES_EACH) {
                client.setValue(client.getValue() + 1);
                return client.getKey();
            }
        }
        var client = clients.get();
        watches.put(client, 1);
        return client;
    }

    /// Takes note that a watch ended; its client is kept for the next.
    void giveBack(KubernetesClient client) {
        watches.computeIfPresent(client, (same, number) -> number - 1);
    }

    /// Returns a new client in place of one whose connection hangs, with as many watches; the old one is closed, and
    /// with it whatever still goes through it.
    KubernetesClient replace(KubernetesClient hanging) {
        var fresh = clients.get();
        var number = watches.remove(hanging);
        watches.put(fresh, number == null ? 0 : number);
        hanging.close();
        return fresh;
    }

    @Override
    public void close() {
        watches.keySet().forEach(KubernetesClient::close);
        watches.clear();
    }
}
