package dev.tokenstore.testing.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The programs of this machine that a node is made of, besides those of Kubernetes.
///
/// @param ctr containerd's client
/// @param networkPlugins the folder of the CNI plugins
record NodeTools(Path ctr, Path networkPlugins) {
    private static final String CTR = "ctr";
    private static final List<String> PROGRAMS = List.of(
            "containerd", "containerd-shim-runc-v2", CTR, "runc", "iptables", "conntrack", "ip", "unshare", "mount");
    private static final List<String> PLUGINS = List.of("bridge", "host-local", "loopback", "portmap");
    private static final List<String> PLUGIN_FOLDERS =
            List.of("/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni", "/usr/lib/cni/bin");
    private static final List<String> SYSTEM_FOLDERS =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");

    /// Whether a node can be made here.
    sealed interface Search {
        record Found(NodeTools tools) implements Search {}

        /// @param reason a sentence that says what is missing, and what to do
        record Missing(String reason) implements Search {}
    }

    static Search find() {
        return find(
                System.getProperty("os.name"),
                isRoot(),
                System.getenv(),
                PLUGIN_FOLDERS.stream().map(Path::of));
    }

    static Search find(String system, boolean root, Map<String, String> environment, Stream<Path> pluginFolders) {
        if (!system.equals("Linux")) {
            return new Search.Missing("A Kubernetes node needs Linux, and this is " + system + ".");
        }
        if (!root) {
            return new Search.Missing("A Kubernetes node needs root: run this as root.");
        }
        var path = Stream.concat(Stream.of(environment.getOrDefault("PATH", "").split(":")), SYSTEM_FOLDERS.stream())
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .toList();
        var missing = PROGRAMS.stream()
                .filter(program -> locate(program, path).isEmpty())
                .toList();
        var plugins = pluginFolders
                .filter(folder -> PLUGINS.stream().map(folder::resolve).allMatch(Files::isExecutable))
                .findFirst();
        if (!missing.isEmpty() || plugins.isEmpty()) {
            var what = Stream.concat(missing.stream(), plugins.isEmpty() ? Stream.of("CNI plugins") : Stream.empty())
                    .toList();
            return new Search.Missing("A Kubernetes node needs " + String.join(", ", what)
                    + ": on Debian and Ubuntu, `apt-get install containerd runc containernetworking-plugins iptables"
                    + " conntrack iproute2`.");
        }
        return new Search.Found(new NodeTools(locate(CTR, path).orElseThrow(), plugins.get()));
    }

    private static Optional<Path> locate(String program, List<Path> path) {
        return path.stream()
                .map(folder -> folder.resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
