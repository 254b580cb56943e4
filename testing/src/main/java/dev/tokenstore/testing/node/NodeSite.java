package dev.tokenstore.testing.node;

import dev.tokenstore.testing.process.Folders;
import dev.tokenstore.testing.process.LogTail;
import dev.tokenstore.testing.server.ServerFiles;
import dev.tokenstore.testing.server.ShippedResource;
import dev.tokenstore.testing.server.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;

/// A machine inside this machine, with a network, mounts and process ids of its own: a node that runs pods.
record NodeSite(NodeNetwork network, NodeTools tools) implements Site {
    private static final int API_SERVER_PORT = 6443;

    static NodeSite onFreeNetwork(NodeTools tools) throws IOException {
        return new NodeSite(NodeNetwork.free(new SecureRandom()), tools);
    }

    @Override
    public String address() {
        return network.nodeAddress();
    }

    @Override
    public int port() {
        return API_SERVER_PORT;
    }

    @Override
    public String keeper() {
        return "node.sh";
    }

    @Override
    public void prepare(Path folder) throws IOException {
        Folders.writePrivate(folder.resolve("network.sh"), String.join("\n", network.variables()) + "\n");
        for (var script : List.of(keeper(), "machine.sh")) {
            Folders.writePrivate(folder.resolve(script), ShippedResource.text(NodeSite.class, script));
        }
        new ContainerdFiles(folder, network, tools).write();
    }

    @Override
    public List<String> apiServerFlags() {
        return List.of(
                // all addresses of the machine inside, where only this machine and pods can reach them
                "--bind-address=0.0.0.0",
                "--advertise-address=" + address(),
                "--authorization-mode=Node,RBAC",
                // a node's name leads nowhere
                "--kubelet-preferred-address-types=InternalIP");
    }

    @Override
    public List<String> controllerManagerFlags(Path folder) {
        return List.of(
                "--service-account-private-key-file=" + folder.resolve(ServerFiles.SERVICE_ACCOUNT_KEY),
                "--root-ca-file=" + folder.resolve(ServerFiles.CERTIFICATE));
    }

    @Override
    public boolean isTaken(Path folder) {
        var log = folder.resolve("machine.log");
        return Files.exists(log) && LogTail.of(log, 50).contains("File exists");
    }
}
