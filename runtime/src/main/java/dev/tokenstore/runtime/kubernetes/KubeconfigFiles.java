package dev.tokenstore.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Kubeconfigs, merged as kubectl merges them: of two entries with one name the first counts.
final class KubeconfigFiles {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private final List<Content> contents;

    private record Content(Path file, io.fabric8.kubernetes.api.model.Config config) {}

    /// An entry, and the file that it stands in: relative paths start from that file's folder.
    record Entry<T>(String name, T value, Path file) {
        /// Returns the path as one that does not depend on the working directory.
        @Nullable String absolute(@Nullable String path) {
            return path == null || path.isEmpty()
                    ? null
                    : file.toAbsolutePath().resolveSibling(path).toString();
        }
    }

    private KubeconfigFiles(List<Content> contents) {
        this.contents = contents;
    }

    /// @throws KubeconfigException if a file cannot be read or is malformed
    static KubeconfigFiles read(List<Path> files) {
        return new KubeconfigFiles(
                files.stream().map(file -> new Content(file, parse(file))).toList());
    }

    private static io.fabric8.kubernetes.api.model.Config parse(Path file) {
        final String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new KubeconfigException(
                    "cannot read the kubeconfig " + file + "; make it readable, or name another file");
        }
        try {
            var parsed = new KubernetesSerialization()
                    .unmarshal(
                            text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text,
                            io.fabric8.kubernetes.api.model.Config.class);
            return parsed == null ? new io.fabric8.kubernetes.api.model.Config() : parsed;
        } catch (RuntimeException e) {
            // the cause's message quotes the file, and with it credentials
            throw new KubeconfigException("the kubeconfig " + file + " is malformed; repair it, or use another file");
        }
    }

    /// Returns the client's configuration for a context.
    ///
    /// @param context null for the current one
    /// @throws KubeconfigException if an entry is missing, has a field that cannot be honoured, or its credential
    ///     cannot be had
    Config resolve(@Nullable String context, Map<String, String> environment) {
        var chosen = context(context);
        var cluster = find(
                        chosen.value().getCluster(),
                        io.fabric8.kubernetes.api.model.Config::getClusters,
                        NamedCluster::getName,
                        NamedCluster::getCluster)
                .filter(entry -> isSet(entry.value().getServer()))
                .orElseThrow(() -> missing(chosen, "cluster", chosen.value().getCluster()));
        var user = isSet(chosen.value().getUser())
                ? find(
                                chosen.value().getUser(),
                                io.fabric8.kubernetes.api.model.Config::getUsers,
                                NamedAuthInfo::getName,
                                NamedAuthInfo::getUser)
                        .orElseThrow(
                                () -> missing(chosen, "user", chosen.value().getUser()))
                : new Entry<>("", new AuthInfo(), chosen.file());
        var config = configOf(cluster, user);
        config.setNamespace(chosen.value().getNamespace());
        config.setContexts(new ArrayList<>());
        addCredential(config, user, cluster.value(), environment);
        return config;
    }

    private Entry<Context> context(@Nullable String asked) {
        var current = contents.stream()
                .map(content -> content.config().getCurrentContext())
                .filter(KubeconfigFiles::isSet)
                .findFirst();
        var name = asked != null
                ? asked
                : current.orElseThrow(() -> new KubeconfigException("the kubeconfig " + files()
                        + " has no current context; choose one with kubectl config use-context"));
        return find(
                        name,
                        io.fabric8.kubernetes.api.model.Config::getContexts,
                        NamedContext::getName,
                        NamedContext::getContext)
                .orElseThrow(() -> new KubeconfigException("the kubeconfig " + files() + " has no context \"" + name
                        + "\"" + (asked == null ? ", which is its current one" : "")
                        + "; choose another one of kubectl config get-contexts"));
    }

    private <N, T> Optional<Entry<T>> find(
            @Nullable String name,
            Function<io.fabric8.kubernetes.api.model.Config, @Nullable List<N>> entries,
            Function<N, String> nameOf,
            Function<N, @Nullable T> valueOf) {
        for (var content : contents) {
            for (var entry : Objects.requireNonNullElse(entries.apply(content.config()), List.<N>of())) {
                var value = valueOf.apply(entry);
                if (value != null && name != null && name.equals(nameOf.apply(entry))) {
                    return Optional.of(new Entry<>(name, value, content.file()));
                }
            }
        }
        return Optional.empty();
    }

    private KubeconfigException missing(Entry<Context> context, String kind, @Nullable String name) {
        return new KubeconfigException("the kubeconfig " + files() + " has no usable " + kind + " \"" + name
                + "\", which its context \"" + context.name() + "\" names; repair it, or choose another context");
    }

    private String files() {
        return contents.stream().map(content -> content.file().toString()).collect(Collectors.joining(", "));
    }

    private static Config configOf(Entry<Cluster> entry, Entry<AuthInfo> user) {
        var cluster = entry.value();
        var skipsVerification = Boolean.TRUE.equals(cluster.getInsecureSkipTlsVerify());
        var config = new ConfigBuilder(Config.empty())
                .withMasterUrl(serverOf(cluster, user.value()))
                .withTrustCerts(skipsVerification)
                .withDisableHostnameVerification(skipsVerification)
                .withCaCertFile(entry.absolute(cluster.getCertificateAuthority()))
                .withCaCertData(cluster.getCertificateAuthorityData())
                .build();
        var expectedName = cluster.getTlsServerName();
        if (isSet(expectedName)
                && !expectedName.equals(URI.create(config.getMasterUrl()).getHost())) {
            throw new KubeconfigException("the cluster \"" + entry.name() + "\" in the kubeconfig " + entry.file()
                    + " sets tls-server-name, which is not supported; use a server address that its certificate names");
        }
        if (isSet(cluster.getProxyUrl())) {
            var proxy = ProxySettings.parse(cluster.getProxyUrl())
                    .orElseThrow(() -> new KubeconfigException("the cluster \"" + entry.name()
                            + "\" in the kubeconfig " + entry.file()
                            + " sets a proxy-url that is not supported; use http://HOST:PORT"));
            ProxySettings.apply(proxy, config);
        }
        return config;
    }

    /// An address without a scheme is HTTPS if the kubeconfig says anything about certificates, as for kubectl.
    private static String serverOf(Cluster cluster, AuthInfo user) {
        var server = cluster.getServer().strip();
        var isTls = isSet(cluster.getCertificateAuthority())
                || isSet(cluster.getCertificateAuthorityData())
                || isSet(user.getClientCertificate())
                || isSet(user.getClientCertificateData())
                || Boolean.TRUE.equals(cluster.getInsecureSkipTlsVerify());
        return server.contains("://") ? server : (isTls ? "https://" : "http://") + server;
    }

    private static void addCredential(
            Config config, Entry<AuthInfo> entry, Cluster cluster, Map<String, String> environment) {
        var user = entry.value();
        config.setClientCertFile(entry.absolute(user.getClientCertificate()));
        config.setClientCertData(user.getClientCertificateData());
        useClientKey(config, entry.absolute(user.getClientKey()), user.getClientKeyData());
        config.setUsername(user.getUsername());
        config.setPassword(user.getPassword());
        if (isSet(user.getTokenFile())) {
            config.setOauthTokenProvider(TokenFile.open(
                    Path.of(Objects.requireNonNull(entry.absolute(user.getTokenFile()))),
                    "the tokenFile of user \"" + entry.name() + "\" in the kubeconfig " + entry.file()));
        } else if (isSet(user.getToken())) {
            config.setOauthToken(user.getToken());
        } else if (user.getExec() != null) {
            CredentialPlugin.of(user.getExec(), entry, cluster, environment).applyTo(config);
        } else if (user.getAuthProvider() != null) {
            useAuthProvider(config, entry);
        }
        if (isSet(user.getAsUid())) {
            throw unsupported(entry, "as-uid");
        }
        if (isSet(user.getAs())) {
            config.setImpersonateUsername(user.getAs());
            config.setImpersonateGroups(Objects.requireNonNullElse(user.getAsGroups(), List.<String>of())
                    .toArray(String[]::new));
            config.setImpersonateExtras(user.getAsUserExtra());
        }
    }

    static void useClientKey(Config config, @Nullable String file, @Nullable String data) {
        config.setClientKeyFile(file);
        config.setClientKeyData(data);
        if (file == null || Files.isReadable(Path.of(file))) {
            config.setClientKeyAlgo(Config.getKeyAlgorithm(file, data));
        }
    }

    /// The library renews tokens of `oidc` alone; kubectl has dropped the others.
    private static void useAuthProvider(Config config, Entry<AuthInfo> entry) {
        var provider = entry.value().getAuthProvider();
        if (!"oidc".equals(provider.getName()) || provider.getConfig() == null) {
            throw unsupported(entry, "auth-provider " + provider.getName());
        }
        config.setAuthProvider(provider);
        config.setAutoOAuthToken(provider.getConfig().get("id-token"));
    }

    private static KubeconfigException unsupported(Entry<AuthInfo> user, String field) {
        return new KubeconfigException("the user \"" + user.name() + "\" in the kubeconfig " + user.file() + " sets "
                + field + ", which is not supported; use a token, a client certificate or a credential plugin (exec)");
    }

    private static boolean isSet(@Nullable String value) {
        return value != null && !value.isBlank();
    }
}
