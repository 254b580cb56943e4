package dev.tokenstore.testing.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testing.node.NodeTools.Search;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeToolsTest {
    @TempDir
    Path folder;

    @Test
    void saysThatOtherSystemsHaveNoNodes() {
        assertThat(NodeTools.find("Mac OS X", true, Map.of(), Stream.of()))
                .isEqualTo(new Search.Missing("A Kubernetes node needs Linux, and this is Mac OS X."));
    }

    @Test
    void saysThatItTakesRoot() {
        assertThat(NodeTools.find("Linux", false, Map.of(), Stream.of()))
                .isEqualTo(new Search.Missing("A Kubernetes node needs root: run this as root."));
    }

    @Test
    void saysWhatIsMissingAndHowToInstallIt() {
        var search = NodeTools.find("Linux", true, Map.of("PATH", ""), Stream.of(folder));

        assertThat(search)
                .isInstanceOfSatisfying(
                        Search.Missing.class,
                        missing -> assertThat(missing.reason())
                                .contains(
                                        "CNI plugins",
                                        "apt-get install containerd runc containernetworking-plugins iptables")
                                .doesNotContain("\n"));
    }

    @Test
    void findsProgramsOnThePathAndPluginsInTheFirstFolderThatHasAll() throws IOException {
        var programs = Files.createDirectory(folder.resolve("programs"));
        for (var name : new String[] {
            "containerd", "containerd-shim-runc-v2", "ctr", "runc", "iptables", "conntrack", "ip", "unshare", "mount"
        }) {
            program(programs.resolve(name));
        }
        var half = Files.createDirectory(folder.resolve("half"));
        program(half.resolve("bridge"));
        var plugins = Files.createDirectory(folder.resolve("plugins"));
        for (var name : new String[] {"bridge", "host-local", "loopback", "portmap"}) {
            program(plugins.resolve(name));
        }

        var search = NodeTools.find("Linux", true, Map.of("PATH", programs.toString()), Stream.of(half, plugins));

        assertThat(search).isEqualTo(new Search.Found(new NodeTools(programs.resolve("ctr"), plugins)));
    }

    private static void program(Path file) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
}
