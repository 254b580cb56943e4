package dev.tokenstore.testing.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NodeNetworkTest {
    @Test
    void nameFitsAnInterfaceWhateverTheNumber() {
        assertThat(new NodeNetwork(255).name()).isEqualTo("tokenstore-255").hasSizeLessThanOrEqualTo(15);
    }

    @Test
    void addressesAreOfOneSubnetOfItsOwn() {
        var network = new NodeNetwork(7);

        assertThat(network.subnet()).isEqualTo("198.18.7.0/24");
        assertThat(List.of(
                        network.hostAddress(),
                        network.nodeAddress(),
                        network.firstPodAddress(),
                        network.lastPodAddress()))
                .doesNotHaveDuplicates()
                .allMatch(address -> address.startsWith("198.18.7."));
    }

    @Test
    void choosesAmongAllNumbers() throws Exception {
        var random = new Random(1);
        var chosen = new HashSet<NodeNetwork>();
        for (var draw = 0; draw < 100; draw++) {
            chosen.add(NodeNetwork.free(random));
        }

        assertThat(chosen).hasSizeGreaterThan(50);
    }
}
