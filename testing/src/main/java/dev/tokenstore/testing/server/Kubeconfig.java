package dev.tokenstore.testing.server;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;

/// The content of a kubeconfig with one bearer token.
///
/// @param certificateAuthority base64 of PEM; empty where the system's authorities are meant
public record Kubeconfig(
        String server, Optional<String> certificateAuthority, boolean insecure, String token, String namespace) {
    /// A kubeconfig of the cluster of `admin`, with another token.
    public static Kubeconfig likeThatOf(Config admin, String token, String namespace) throws IOException {
        var authority = Optional.ofNullable(admin.getCaCertData());
        if (authority.isEmpty() && admin.getCaCertFile() != null) {
            authority = Optional.of(base64(Files.readString(Path.of(admin.getCaCertFile()))));
        }
        return new Kubeconfig(admin.getMasterUrl(), authority, admin.isTrustCerts(), token, namespace);
    }

    static String base64(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
    }

    public String toYaml() {
        var trust = insecure
                ? "insecure-skip-tls-verify: true"
                : certificateAuthority
                        .map(data -> "certificate-authority-data: " + data)
                        .orElse("");
        return """
                apiVersion: v1
                kind: Config
                current-context: test
                contexts:
                - name: test
                  context:
                    cluster: test
                    user: test
                    namespace: "%s"
                clusters:
                - name: test
                  cluster:
                    server: "%s"
                    %s
                users:
                - name: test
                  user:
                    token: "%s"
                """.formatted(namespace, server, trust, token);
    }

    @Override
    public String toString() {
        return "Kubeconfig[" + server + ", token <redacted>]";
    }
}
