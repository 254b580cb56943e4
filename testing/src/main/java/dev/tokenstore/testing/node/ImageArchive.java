package dev.tokenstore.testing.node;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// A container image made of local files alone, to be written as the archive that `docker load` and `ctr images import`
/// take: no base image, no registry, no engine.
///
/// The same files give the same image: they belong to root and have no date. Immutable.
///
/// @param name repository and tag
/// @param parts what it holds; of two files of one path the later one counts
/// @param user who the entrypoint runs as, `uid` or `uid:gid`
public record ImageArchive(
        String name, List<Part> parts, List<String> entrypoint, String user, List<String> environment) {
    /// A file or folder, and the absolute path in the image where it goes.
    public record Part(Path source, String target) {}

    private static final String LAYER = "layer.tar";
    private static final String SETTINGS = "config.json";

    /// An image with nothing in it, which runs as root.
    public static ImageArchive named(String name) {
        return new ImageArchive(name, List.of(), List.of(), "0", List.of());
    }

    /// Returns the image with a file, or with all that is in a folder, in addition.
    ///
    /// @param source what links in it lead to is taken in their place
    /// @param target its absolute path in the image; `/` for all that is in a folder
    public ImageArchive with(Path source, String target) {
        var more = Stream.concat(parts.stream(), Stream.of(new Part(source, target)));
        return new ImageArchive(name, more.toList(), entrypoint, user, environment);
    }

    public ImageArchive entrypoint(String... command) {
        return new ImageArchive(name, parts, List.of(command), user, environment);
    }

    public ImageArchive user(String user) {
        return new ImageArchive(name, parts, entrypoint, user, environment);
    }

    /// Returns the image with another variable in its environment.
    public ImageArchive with(String variable, String value) {
        var more = Stream.concat(environment.stream(), Stream.of(variable + "=" + value));
        return new ImageArchive(name, parts, entrypoint, user, more.toList());
    }

    /// Writes the archive, for machines of this machine's kind.
    public void writeTo(Path archive) throws IOException {
        var layer = Files.createTempFile(
                Objects.requireNonNull(archive.toAbsolutePath().getParent()), "layer", ".part");
        try (var tar = tarTo(Files.newOutputStream(archive))) {
            var settings = settings(writeLayer(layer)).getBytes(StandardCharsets.UTF_8);
            put(tar, new TarArchiveEntry(SETTINGS), settings);
            put(tar, new TarArchiveEntry("manifest.json"), manifest().getBytes(StandardCharsets.UTF_8));
            var entry = new TarArchiveEntry(LAYER);
            entry.setSize(Files.size(layer));
            entry.setModTime(0);
            tar.putArchiveEntry(entry);
            Files.copy(layer, tar);
            tar.closeArchiveEntry();
        } finally {
            Files.delete(layer);
        }
    }

    private String manifest() {
        return json(List.of(Map.of("Config", SETTINGS, "RepoTags", List.of(name), "Layers", List.of(LAYER))));
    }

    private String settings(String layerDigest) {
        var architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
        return json(new TreeMap<>(Map.of(
                "architecture",
                architecture,
                "os",
                "linux",
                "config",
                new TreeMap<>(Map.of("Entrypoint", entrypoint, "Env", environment, "User", user)),
                "rootfs",
                new TreeMap<>(Map.of("type", "layers", "diff_ids", List.of("sha256:" + layerDigest))))));
    }

    private static String json(Object value) {
        return new KubernetesSerialization().asJson(value);
    }

    /// Returns the digest of what it wrote.
    private String writeLayer(Path layer) throws IOException {
        var digest = sha256();
        try (var tar = tarTo(new DigestOutputStream(Files.newOutputStream(layer), digest))) {
            for (var part : parts) {
                putTree(tar, part.source(), part.target().substring(1));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void putTree(TarArchiveOutputStream tar, Path source, String target) throws IOException {
        try (var paths = Files.walk(source, FileVisitOption.FOLLOW_LINKS)) {
            for (var path : paths.sorted().toList()) {
                var below = source.relativize(path).toString();
                var name = below.isEmpty() || target.isEmpty() ? target + below : target + "/" + below;
                if (!name.isEmpty()) {
                    putOne(tar, path, name);
                }
            }
        }
    }

    private static void putOne(TarArchiveOutputStream tar, Path path, String name) throws IOException {
        if (Files.isDirectory(path)) {
            put(tar, new TarArchiveEntry(name + "/"), new byte[0]);
        } else {
            var file = new TarArchiveEntry(name);
            file.setMode(Files.isExecutable(path) ? 0100755 : 0100644);
            put(tar, file, Files.readAllBytes(path));
        }
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content) throws IOException {
        entry.setSize(content.length);
        entry.setModTime(0);
        entry.setIds(0, 0);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static TarArchiveOutputStream tarTo(OutputStream output) {
        var tar = new TarArchiveOutputStream(output, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        return tar;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
