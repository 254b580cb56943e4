package dev.tokenstore.testing.node;

import dev.tokenstore.testing.process.Folders;
import dev.tokenstore.testing.server.ControlPlaneBinaries;
import dev.tokenstore.testing.server.Kubeconfig;
import dev.tokenstore.testing.server.ServerFiles;
import dev.tokenstore.testing.server.ServerScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// The files that a node's servers are started from, once the API server is ready.
record NodeFiles(ControlPlaneBinaries binaries, Path folder, NodeNetwork network) {
    static final String POD_LOGS = "pods";

    private static final String SCHEDULER = "kube-scheduler";
    private static final String PROXY = "kube-proxy";
    private static final String KUBELET = "kubelet";

    /// What makes a kubeconfig for the account of a token file.
    interface Kubeconfigs {
        Kubeconfig of(String tokenFile) throws IOException;
    }

    /// Writes them; the keeper starts each as soon as its script is there.
    void write(Kubeconfigs kubeconfigs) throws IOException {
        Folders.writePrivate(
                kubeconfig(SCHEDULER),
                kubeconfigs.of(ServerFiles.SCHEDULER_TOKEN).toYaml());
        Folders.writePrivate(
                kubeconfig(PROXY), kubeconfigs.of(ServerFiles.PROXY_TOKEN).toYaml());
        Folders.writePrivate(
                kubeconfig(KUBELET), kubeconfigs.of(ServerFiles.NODE_TOKEN).toYaml());
        Files.writeString(folder.resolve("kubelet.yaml"), kubeletSettings());
        // no name servers: nothing leads out of here
        Files.writeString(folder.resolve("resolv.conf"), "");
        script(SCHEDULER, "--leader-elect=false", "--secure-port=0").writeTo(folder);
        script(
                        PROXY,
                        "--proxy-mode=iptables",
                        "--cluster-cidr=" + network.subnet(),
                        "--hostname-override=" + ServerFiles.NODE_NAME,
                        "--nodeport-addresses=primary",
                        // the whole machine's, and not to be set from inside
                        "--conntrack-max-per-core=0",
                        "--healthz-bind-address=",
                        "--metrics-bind-address=127.0.0.1:10249")
                .writeTo(folder);
        script(
                        KUBELET,
                        "--config=" + folder.resolve("kubelet.yaml"),
                        "--root-dir=" + folder.resolve("kubelet"),
                        "--cert-dir=" + folder.resolve("kubelet-certificates"),
                        "--hostname-override=" + ServerFiles.NODE_NAME,
                        "--node-ip=" + network.nodeAddress())
                .writeTo(folder);
    }

    private ServerScript script(String name, String... flags) {
        var all = Stream.concat(Stream.of("--kubeconfig=" + kubeconfig(name)), Stream.of(flags));
        return new ServerScript(name, binaries.program(name), all.toList());
    }

    private Path kubeconfig(String server) {
        return folder.resolve(server + ".kubeconfig");
    }

    private String kubeletSettings() {
        return """
                apiVersion: kubelet.config.k8s.io/v1beta1
                kind: KubeletConfiguration
                address: %1$s
                # who may call it is decided by its machine's packet filter
                authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
                authorization: {mode: AlwaysAllow}
                containerRuntimeEndpoint: unix://%2$s
                cgroupDriver: cgroupfs
                cgroupRoot: /%3$s
                failCgroupV1: false
                failSwapOn: false
                enforceNodeAllocatable: []
                # a full disk is no reason to remove images that cannot be pulled again
                evictionHard: {memory.available: 50Mi, nodefs.available: 1%%, imagefs.available: 1%%}
                imageGCHighThresholdPercent: 100
                localStorageCapacityIsolation: false
                podLogsDir: %4$s/%5$s
                volumePluginDir: %4$s/volume-plugins
                resolvConf: %4$s/resolv.conf
                healthzPort: 0
                """.formatted(network.nodeAddress(), ContainerdFiles.socket(folder), network.name(), folder, POD_LOGS);
    }
}
