package dev.tokenstore.testing.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageArchiveTest {
    @TempDir
    Path folder;

    private ImageArchive image = ImageArchive.named("unset");

    @BeforeEach
    void makeFiles() throws IOException {
        var root = Files.createDirectories(folder.resolve("root/" + "long-name/".repeat(15)));
        Files.writeString(root.resolve("settings"), "text");
        Files.createSymbolicLink(root.resolve("link"), Path.of("settings"));
        var program = Files.writeString(folder.resolve("program"), "#!/bin/true");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(Files.createDirectory(folder.resolve("more")).resolve("beside"), "text");
        image = ImageArchive.named("example.org/app:1")
                .with(program, "/bin/program")
                .with(folder.resolve("root"), "/opt/app")
                .with(folder.resolve("root/long-name"), "/")
                .with(folder.resolve("more"), "/")
                .entrypoint("/bin/program", "--flag")
                .user("65532:65532")
                .with("HOME", "/tmp");
    }

    @Test
    void namesTheImageAndSaysHowItRuns() throws IOException {
        var archive = entriesOf(write("image.tar"));

        var manifest = new KubernetesSerialization().unmarshal(text(archive, "manifest.json"), List.class);
        assertThat(manifest)
                .isEqualTo(List.of(Map.of(
                        "Config",
                        "config.json",
                        "RepoTags",
                        List.of("example.org/app:1"),
                        "Layers",
                        List.of("layer.tar"))));
        assertThat(text(archive, "config.json"))
                .contains("\"Entrypoint\":[\"/bin/program\",\"--flag\"]")
                .contains("\"User\":\"65532:65532\"")
                .contains("\"Env\":[\"HOME=/tmp\"]")
                .contains("\"os\":\"linux\"");
    }

    @Test
    void theLayerHoldsTheFilesForEveryUserAndIsNamedByItsDigest() throws Exception {
        var archive = entriesOf(write("image.tar"));
        var layer = archive.getOrDefault("layer.tar", new byte[0]);

        var digest = MessageDigest.getInstance("SHA-256").digest(layer);
        assertThat(text(archive, "config.json"))
                .contains("\"sha256:" + HexFormat.of().formatHex(digest) + "\"");
        var modes = new TreeMap<String, String>();
        try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(layer))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                assertThat(entry.getLongUserId()).isZero();
                modes.put(entry.getName(), Integer.toOctalString(entry.getMode()));
            }
        }
        assertThat(modes)
                .containsEntry("bin/program", "100755")
                .containsEntry("opt/app/" + "long-name/".repeat(15) + "settings", "100644")
                .containsEntry("opt/app/" + "long-name/".repeat(15) + "link", "100644")
                .containsEntry("long-name/".repeat(14) + "settings", "100644")
                .containsEntry("beside", "100644")
                .doesNotContainKey("");
    }

    @Test
    void theSameFilesGiveTheSameBytes() throws IOException {
        var first = Files.readAllBytes(write("first.tar"));
        Files.setLastModifiedTime(folder.resolve("program"), FileTime.fromMillis(1_000_000));

        assertThat(Files.readAllBytes(write("second.tar"))).isEqualTo(first);
    }

    private Path write(String name) throws IOException {
        var archive = folder.resolve(name);
        image.writeTo(archive);
        return archive;
    }

    private static String text(SequencedMap<String, byte[]> archive, String name) {
        return new String(archive.getOrDefault(name, new byte[0]), StandardCharsets.UTF_8);
    }

    private static SequencedMap<String, byte[]> entriesOf(Path archive) throws IOException {
        var entries = new TreeMap<String, byte[]>();
        try (InputStream file = Files.newInputStream(archive);
                var tar = new TarArchiveInputStream(file)) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                entries.put(entry.getName(), tar.readAllBytes());
            }
        }
        return entries;
    }
}
