package dev.tokenstore.testing.node;

import dev.tokenstore.testing.server.ServerScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The files that a node's containerd is started from, and its pods' network.
record ContainerdFiles(Path folder, NodeNetwork network, NodeTools tools) {
    static final String CONTAINERD = "containerd";
    static final String PAUSE_IMAGE = "tokenstore.dev/testing/pause:local";

    static Path socket(Path folder) {
        return folder.resolve("containerd.sock");
    }

    void write() throws IOException {
        Files.writeString(folder.resolve("containerd.toml"), containerdSettings());
        Files.writeString(Files.createDirectory(folder.resolve("cni")).resolve("pods.conflist"), podNetwork());
        new ServerScript(CONTAINERD, Path.of(CONTAINERD), List.of("--config=" + folder.resolve("containerd.toml")))
                .writeTo(folder);
    }

    private String containerdSettings() throws IOException {
        // an overlay cannot lie on an overlay: inside a container, say
        var snapshotter = Files.getFileStore(folder).type().equals("overlay") ? "native" : "overlayfs";
        return """
                version = 2
                root = "%1$s/containerd"
                state = "/run/containerd"
                disabled_plugins = [
                  "io.containerd.snapshotter.v1.aufs",
                  "io.containerd.snapshotter.v1.btrfs",
                  "io.containerd.snapshotter.v1.devmapper",
                  "io.containerd.snapshotter.v1.zfs",
                ]

                [grpc]
                address = "%2$s"

                [plugins."io.containerd.grpc.v1.cri"]
                sandbox_image = "%3$s"
                # root may lack the right to lower it
                restrict_oom_score_adj = true

                [plugins."io.containerd.grpc.v1.cri".containerd]
                snapshotter = "%4$s"

                [plugins."io.containerd.grpc.v1.cri".cni]
                bin_dir = "%5$s"
                conf_dir = "%1$s/cni"
                """.formatted(folder, socket(folder), PAUSE_IMAGE, snapshotter, tools.networkPlugins());
    }

    private String podNetwork() {
        return """
                {
                  "cniVersion": "0.4.0",
                  "name": "pods",
                  "plugins": [
                    {
                      "type": "bridge",
                      "bridge": "pods",
                      "hairpinMode": true,
                      "ipam": {
                        "type": "host-local",
                        "dataDir": "%s/pod-addresses",
                        "ranges": [[
                          {"subnet": "%s", "rangeStart": "%s", "rangeEnd": "%s", "gateway": "%s"}
                        ]],
                        "routes": [{"dst": "0.0.0.0/0"}]
                      }
                    },
                    {"type": "portmap", "capabilities": {"portMappings": true}}
                  ]
                }
                """.formatted(
                folder, network.subnet(), network.firstPodAddress(), network.lastPodAddress(), network.nodeAddress());
    }
}
