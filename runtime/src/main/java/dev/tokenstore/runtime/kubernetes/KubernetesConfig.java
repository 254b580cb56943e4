package dev.tokenstore.runtime.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// How a program reaches the API server, and as whom: by the kubeconfig that kubectl would use, else by the pod's
/// service account, and through the proxy that Go's tools would use.
///
/// The client library's own reading is not used. It runs credential plugins through a shell and logs their output,
/// ignores `proxy-url`, `tls-server-name`, `tokenFile` and `as`, and fails on entries of `NO_PROXY` that others ignore.
public final class KubernetesConfig {
    private static final Path SERVICE_ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    private final Map<String, String> environment;
    private final Path home;
    private final Path serviceAccount;
    private final Consumer<String> warnings;

    KubernetesConfig(Map<String, String> environment, Path home, Path serviceAccount, Consumer<String> warnings) {
        this.environment = environment;
        this.home = home;
        this.serviceAccount = serviceAccount;
        this.warnings = warnings;
    }

    /// Reads the configuration of this process.
    ///
    /// Credentials that change while the program runs (`tokenFile`, a service account's token, the tokens of a
    /// credential plugin) are renewed by the returned configuration.
    ///
    /// @param file null for the kubeconfig that kubectl would use, or the pod's service account if there is none
    /// @param context null for the current context
    /// @param warnings receives a sentence about settings that are ignored
    /// @throws KubeconfigException if there is no configuration, or it cannot be read or honoured
    public static Config read(@Nullable Path file, @Nullable String context, Consumer<String> warnings) {
        return new KubernetesConfig(
                        System.getenv(), Path.of(System.getProperty("user.home", "")), SERVICE_ACCOUNT, warnings)
                .read(file, context);
    }

    Config read(@Nullable Path file, @Nullable String context) {
        var files = file == null ? defaultFiles() : List.of(file);
        var config = files.isEmpty() ? inCluster() : KubeconfigFiles.read(files).resolve(context, environment);
        requireUsableCertificates(config);
        if (config.getHttpsProxy() == null && config.getHttpProxy() == null) {
            ProxySettings.of(environment, warnings)
                    .proxyFor(URI.create(config.getMasterUrl()))
                    .ifPresent(proxy -> ProxySettings.apply(proxy, config));
        }
        return config;
    }

    /// The files that kubectl reads: those of `KUBECONFIG` that exist, else `~/.kube/config`.
    private List<Path> defaultFiles() {
        var named = environment.getOrDefault("KUBECONFIG", "");
        var files = named.isBlank()
                ? List.of(home.resolve(".kube").resolve("config"))
                : Arrays.stream(named.split(File.pathSeparator))
                        .filter(path -> !path.isBlank())
                        .map(Path::of)
                        .toList();
        return files.stream().filter(Files::exists).toList();
    }

    private Config inCluster() {
        var host = environment.get("KUBERNETES_SERVICE_HOST");
        var port = environment.get("KUBERNETES_SERVICE_PORT");
        if (host == null || port == null) {
            throw new KubeconfigException("there is no kubeconfig ($KUBECONFIG, or " + home.resolve(".kube/config")
                    + ") and this is no pod; set KUBECONFIG to the kubeconfig of a cluster");
        }
        var config = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port)
                .withOauthTokenProvider(
                        TokenFile.open(serviceAccount.resolve("token"), "the token of the pod's service account"))
                .build();
        var authority = serviceAccount.resolve("ca.crt");
        if (Files.exists(authority)) {
            config.setCaCertFile(authority.toString());
        }
        readNamespace().ifPresent(config::setNamespace);
        return config;
    }

    private Optional<String> readNamespace() {
        try {
            return Optional.of(
                    Files.readString(serviceAccount.resolve("namespace")).strip());
        } catch (IOException e) {
            return Optional.empty(); // the programs have options for it
        }
    }

    /// The library ignores an authority that it cannot read, and fails with a stack trace for a client certificate.
    private static void requireUsableCertificates(Config config) {
        if (!hasUsableAuthority(config)) {
            throw new KubeconfigException("the certificate authority of the API server "
                    + ServerAddress.of(config.getMasterUrl())
                    + " cannot be read; repair certificate-authority or certificate-authority-data in the kubeconfig");
        }
        try {
            SSLUtils.keyManagers(config);
        } catch (Exception e) {
            throw new KubeconfigException("the client certificate for the API server "
                    + ServerAddress.of(config.getMasterUrl())
                    + " cannot be read; repair client-certificate and client-key (or -data) in the kubeconfig");
        }
    }

    private static boolean hasUsableAuthority(Config config) {
        var data = config.getCaCertData();
        var file = config.getCaCertFile();
        if (data == null && file == null) {
            return true; // the system's
        }
        try {
            var pem = data != null ? Base64.getMimeDecoder().decode(data) : Files.readAllBytes(Path.of(file));
            return !CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem))
                    .isEmpty();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
