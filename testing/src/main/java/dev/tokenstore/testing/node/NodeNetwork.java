package dev.tokenstore.testing.node;

import dev.tokenstore.testing.server.KubernetesUnavailableException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The network between this machine and a node inside it: a cable, and a bridge at its far end that the node and its
/// pods are on. Nothing leads further.
///
/// Its addresses are of 198.18.0.0/16, which is set aside for tests between machines.
///
/// @param number tells apart the nodes of a machine, from 0 to 255
record NodeNetwork(int number) {
    private static final int NUMBERS = 256;

    /// One that no other node has.
    static NodeNetwork free(RandomGenerator random) throws SocketException {
        var taken = addressesOfThisMachine();
        var free = IntStream.range(0, NUMBERS)
                .mapToObj(NodeNetwork::new)
                .filter(network -> !taken.contains(network.hostAddress()))
                .toList();
        if (free.isEmpty()) {
            throw new KubernetesUnavailableException("All networks 198.18.0.0/24 to 198.18.255.0/24 are taken: remove"
                    + " what is left of former nodes with `ip link delete tokenstore-NUMBER`.");
        }
        return free.get(random.nextInt(free.size()));
    }

    private static Set<String> addressesOfThisMachine() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .map(InetAddress::getHostAddress)
                .collect(Collectors.toSet());
    }

    /// The name of the cable's near end, and of the node's cgroup.
    String name() {
        return "tokenstore-" + number;
    }

    /// Where pods find servers of this machine.
    String hostAddress() {
        return address(254);
    }

    String nodeAddress() {
        return address(1);
    }

    String firstPodAddress() {
        return address(10);
    }

    String lastPodAddress() {
        return address(250);
    }

    String subnet() {
        return address(0) + "/24";
    }

    private String address(int host) {
        return "198.18." + number + "." + host;
    }

    /// Variables for shell scripts.
    List<String> variables() {
        return List.of("name=" + name(), "host_address=" + hostAddress(), "node_address=" + nodeAddress());
    }
}
