package dev.tokenstore.runtime.kubernetes;

import dev.tokenstore.runtime.ExpiringValue;
import dev.tokenstore.runtime.kubernetes.KubeconfigFiles.Entry;
import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.ExecConfig;
import io.fabric8.kubernetes.api.model.ExecEnvVar;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamedExtension;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.OAuthTokenProvider;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A program that prints the credential of a kubeconfig's user (`exec`), such as `aws eks get-token`; see "client-go
/// credential plugins" in the documentation of Kubernetes.
///
/// It gets its arguments as they are, without a shell. Only its standard output is read and nothing of it is logged;
/// its error output goes to the user's terminal, or nowhere if there is none. A token is renewed shortly before it
/// expires, a client certificate is not.
final class CredentialPlugin implements OAuthTokenProvider {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    /// A person may have to log in first.
    private static final Duration INTERACTIVE_TIMEOUT = Duration.ofMinutes(5);

    private static final Duration RENEWED_BEFORE_EXPIRY = Duration.ofSeconds(20);
    private static final Duration TIME_TO_LIVE_WITHOUT_EXPIRY = Duration.ofMinutes(10);
    private static final int MAX_OUTPUT_BYTES = 1 << 20;
    private static final String EXTENSION = "client.authentication.k8s.io/exec";

    private final ExecConfig exec;
    private final Entry<AuthInfo> user;
    private final Map<String, String> environment;
    private final boolean isInteractive;
    private final KubernetesSerialization serialization = new KubernetesSerialization();
    private final ExpiringValue<String> token = new ExpiringValue<>(InstantSource.system());
    private final ReentrantLock renewal = new ReentrantLock();

    /// The `status` of the `ExecCredential` that a plugin prints.
    private record Credential(
            @Nullable String token,
            @Nullable String certificate,
            @Nullable String key,
            @Nullable String expiry) {
        static Credential of(GenericKubernetesResource printed) {
            return new Credential(
                    printed.get("status", "token"),
                    printed.get("status", "clientCertificateData"),
                    printed.get("status", "clientKeyData"),
                    printed.get("status", "expirationTimestamp"));
        }

        @Override
        public String toString() {
            return "<redacted>";
        }
    }

    private CredentialPlugin(
            ExecConfig exec, Entry<AuthInfo> user, Map<String, String> environment, boolean isInteractive) {
        this.exec = exec;
        this.user = user;
        this.environment = environment;
        this.isInteractive = isInteractive;
    }

    /// @throws KubeconfigException if the plugin needs a terminal and there is none, or its settings are incomplete
    static CredentialPlugin of(
            ExecConfig exec, Entry<AuthInfo> user, Cluster cluster, Map<String, String> environment) {
        var console = System.console();
        var hasTerminal = console != null && console.isTerminal();
        var mode = Objects.requireNonNullElse(exec.getInteractiveMode(), "IfAvailable");
        var plugin = new CredentialPlugin(
                exec, user, new LinkedHashMap<>(environment), hasTerminal && !mode.equals("Never"));
        if (exec.getCommand() == null || exec.getCommand().isBlank()) {
            throw plugin.failure("has no command");
        }
        if (mode.equals("Always") && !hasTerminal) {
            throw plugin.failure("needs a terminal (interactiveMode: Always), and there is none");
        }
        Objects.requireNonNullElse(exec.getEnv(), List.<ExecEnvVar>of())
                .forEach(variable -> plugin.environment.put(variable.getName(), variable.getValue()));
        plugin.environment.put("KUBERNETES_EXEC_INFO", plugin.execInfo(cluster));
        return plugin;
    }

    /// Runs the plugin and gives its credential to the client.
    ///
    /// @throws KubeconfigException if there is no credential
    void applyTo(Config config) {
        var credential = run();
        if (credential.token() != null) {
            keep(credential);
            config.setOauthTokenProvider(this);
        }
        if (credential.certificate() != null && credential.key() != null) {
            config.setClientCertData(base64(credential.certificate()));
            KubeconfigFiles.useClientKey(config, null, base64(credential.key()));
        }
    }

    /// The plugin prints PEM, the kubeconfig's fields hold it in base64.
    private static String base64(String pem) {
        return Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
    }

    /// @throws KubernetesClientException caused by a [KubeconfigException], if the token cannot be renewed
    @Override
    public String getToken() {
        return token.fresh().orElseGet(this::renewed);
    }

    private String renewed() {
        renewal.lock();
        try {
            return token.fresh().orElseGet(() -> keep(run()));
        } catch (KubeconfigException e) {
            throw new KubernetesClientException(String.valueOf(e.getMessage()), e);
        } finally {
            renewal.unlock();
        }
    }

    private String keep(Credential credential) {
        var value = credential.token();
        if (value == null) {
            throw failure("printed no token");
        }
        token.set(value, timeToLive(credential.expiry()));
        return value;
    }

    private static Duration timeToLive(@Nullable String expiry) {
        try {
            var left = Duration.between(Instant.now(), Instant.parse(Objects.requireNonNullElse(expiry, "")))
                    .minus(RENEWED_BEFORE_EXPIRY);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeParseException e) {
            return TIME_TO_LIVE_WITHOUT_EXPIRY;
        }
    }

    private Credential run() {
        var process = start();
        var output = new FutureTask<>(() -> process.getInputStream().readNBytes(MAX_OUTPUT_BYTES));
        Thread.ofVirtual().start(output);
        var timeout = isInteractive ? INTERACTIVE_TIMEOUT : TIMEOUT;
        try {
            var printed = output.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TimeoutException();
            }
            if (process.exitValue() != 0) {
                throw failure("failed with exit status " + process.exitValue() + "; run it by hand to see why");
            }
            return parsed(printed);
        } catch (TimeoutException e) {
            throw failure("did not end within " + timeout.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw failure("closed its output");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was interrupted");
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private Process start() {
        var command = new ArrayList<String>();
        // a path with a separator starts from the kubeconfig's folder, a bare name is looked up on the PATH
        command.add(
                exec.getCommand().contains(File.separator)
                        ? Objects.requireNonNull(user.absolute(exec.getCommand()))
                        : exec.getCommand());
        command.addAll(Objects.requireNonNullElse(exec.getArgs(), List.of()));
        var builder = new ProcessBuilder(command)
                .redirectInput(isInteractive ? Redirect.INHERIT : Redirect.from(new File("/dev/null")))
                .redirectError(isInteractive ? Redirect.INHERIT : Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw failure("cannot be started; install it, or put it on the PATH");
        }
    }

    private Credential parsed(byte[] printed) {
        final Credential credential;
        try {
            credential = Credential.of(
                    serialization.unmarshal(new ByteArrayInputStream(printed), GenericKubernetesResource.class));
        } catch (RuntimeException e) {
            // its message quotes the output, and with it the credential
            throw failure("printed something that is no ExecCredential");
        }
        if (credential.token() == null && (credential.certificate() == null || credential.key() == null)) {
            throw failure("printed neither a token nor a client certificate with its key");
        }
        return credential;
    }

    private String execInfo(Cluster cluster) {
        var spec = new LinkedHashMap<String, Object>();
        spec.put("interactive", isInteractive);
        if (Boolean.TRUE.equals(exec.getProvideClusterInfo())) {
            spec.put("cluster", clusterInfo(cluster));
        }
        return serialization.asJson(Map.of(
                "apiVersion",
                Objects.requireNonNullElse(exec.getApiVersion(), "client.authentication.k8s.io/v1"),
                "kind",
                "ExecCredential",
                "spec",
                spec));
    }

    private Map<String, Object> clusterInfo(Cluster cluster) {
        var info = new LinkedHashMap<String, Object>();
        info.put("server", cluster.getServer());
        putIfSet(info, "insecure-skip-tls-verify", cluster.getInsecureSkipTlsVerify());
        putIfSet(info, "tls-server-name", cluster.getTlsServerName());
        putIfSet(info, "proxy-url", cluster.getProxyUrl());
        putIfSet(info, "certificate-authority-data", authorityOf(cluster));
        Objects.requireNonNullElse(cluster.getExtensions(), List.<NamedExtension>of()).stream()
                .filter(extension -> EXTENSION.equals(extension.getName()))
                .findFirst()
                .ifPresent(extension -> info.put("config", extension.getExtension()));
        return info;
    }

    private @Nullable String authorityOf(Cluster cluster) {
        var file = user.absolute(cluster.getCertificateAuthority());
        if (cluster.getCertificateAuthorityData() != null || file == null) {
            return cluster.getCertificateAuthorityData();
        }
        try {
            return Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(file)));
        } catch (IOException e) {
            throw new KubeconfigException(
                    "cannot read the certificate-authority " + file + " that the kubeconfig names; repair the path");
        }
    }

    private static void putIfSet(Map<String, Object> info, String key, @Nullable Object value) {
        if (value != null) {
            info.put(key, value);
        }
    }

    private KubeconfigException failure(String what) {
        var hint = Objects.requireNonNullElse(exec.getInstallHint(), "").strip();
        return new KubeconfigException("the credential plugin \"" + exec.getCommand() + "\" of user \"" + user.name()
                + "\" in the kubeconfig " + user.file() + " " + what + (hint.isEmpty() ? "" : ": " + hint));
    }
}
