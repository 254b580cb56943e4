package dev.tokenstore.testing.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The Go module that builds etcd, kubectl and the servers of Kubernetes as one program, and what holds a pod as
/// another.
///
/// @param files path to content
record ControlPlaneModule(SequencedMap<String, String> files) {
    private static final Pattern KUBERNETES = Pattern.compile("k8s\\.io/kubernetes v(\\d+\\.\\d+\\.\\d+)");

    static ControlPlaneModule shipped() {
        var files = new TreeMap<String, String>();
        for (var name : List.of("go.mod", "go.sum", "main.go", "node_linux.go", "pause/main.go")) {
            files.put(name, ShippedResource.text(ControlPlaneModule.class, "control-plane/" + name));
        }
        return new ControlPlaneModule(files);
    }

    /// The version of Kubernetes, without a leading `v`.
    String version() {
        var match = KUBERNETES.matcher(files.getOrDefault("go.mod", ""));
        if (!match.find()) {
            throw new IllegalStateException("go.mod requires no k8s.io/kubernetes");
        }
        return match.group(1);
    }

    /// Names the binaries that this very module makes: any changed file gives a new key.
    String key() {
        var digest = sha256();
        files.forEach(
                (name, content) -> digest.update((name + "\0" + content + "\0").getBytes(StandardCharsets.UTF_8)));
        return version() + "-" + HexFormat.of().formatHex(digest.digest(), 0, 6);
    }

    void writeTo(Path folder) throws IOException {
        for (var file : files.entrySet()) {
            var path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
