package dev.tokenstore.operator.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.ConfigBuilder;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchConnectionsTest {
    private final WatchConnections connections =
            new WatchConnections(() -> SecretMetadata.open(new ConfigBuilder().build(), builder -> {}));

    @AfterEach
    void close() {
        connections.close();
    }

    @Test
    void opensAnotherConnectionOnlyWhenTheOthersAreFull() {
        assertThat(taken(WatchConnections.WATCHES_EACH)).hasSize(1);
        assertThat(taken(WatchConnections.WATCHES_EACH)).hasSize(1);
    }

    @Test
    void theRoomOfAWatchThatEndedIsTakenByTheNext() {
        var full = taken(WatchConnections.WATCHES_EACH);

        connections.release(full.iterator().next());

        assertThat(taken(1)).isEqualTo(full);
    }

    @Test
    void aHangingConnectionIsClosedAndItsWatchesMoveToAnother() {
        var hanging = taken(WatchConnections.WATCHES_EACH).iterator().next();

        var fresh = connections.replace(hanging);

        assertThat(hanging.isClosed()).isTrue();
        assertThat(fresh.isClosed()).isFalse();
        assertThat(taken(1)).doesNotContain(fresh);
    }

    private Set<SecretMetadata> taken(int watches) {
        var taken = new HashSet<SecretMetadata>();
        Stream.generate(connections::acquire).limit(watches).forEach(taken::add);
        return taken;
    }
}
