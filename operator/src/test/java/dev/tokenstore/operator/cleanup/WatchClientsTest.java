package dev.tokenstore.operator.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchClientsTest {
    private final WatchClients clients =
            new WatchClients(() -> MetadataClient.open(new ConfigBuilder().build(), builder -> {}));

    @AfterEach
    void close() {
        clients.close();
    }

    @Test
    void opensAnotherClientOnlyWhenTheOthersAreFull() {
        assertThat(taken(WatchClients.WATCHES_EACH)).hasSize(1);
        assertThat(taken(WatchClients.WATCHES_EACH)).hasSize(1);
    }

    @Test
    void theRoomOfAWatchThatEndedIsTakenByTheNext() {
        var full = taken(WatchClients.WATCHES_EACH);

        clients.giveBack(full.iterator().next());

        assertThat(taken(1)).isEqualTo(full);
    }

    @Test
    void aHangingClientIsClosedAndItsWatchesMoveToAnother() {
        var hanging = taken(WatchClients.WATCHES_EACH).iterator().next();

        var fresh = clients.replace(hanging);

        assertThat(hanging.getHttpClient().isClosed()).isTrue();
        assertThat(fresh.getHttpClient().isClosed()).isFalse();
        assertThat(taken(1)).doesNotContain(fresh);
    }

    private Set<KubernetesClient> taken(int watches) {
        var taken = new HashSet<KubernetesClient>();
        Stream.generate(clients::take).limit(watches).forEach(taken::add);
        return taken;
    }
}
