package dev.tokenstore.runtime.kubernetes;

import io.fabric8.kubernetes.client.Config;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The proxy settings of the environment, read as Go's tools and so kubectl read them: `HTTPS_PROXY`, `HTTP_PROXY` and
/// `NO_PROXY`, in upper case first. Source of the rules: `golang.org/x/net/http/httpproxy`.
///
/// Java's HTTP client speaks to proxies over `http` alone.
final class ProxySettings {
    private static final Pattern DOMAIN = Pattern.compile("(\\*?\\.)?[\\p{L}\\p{N}_]([\\p{L}\\p{N}._-]*)");
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*");
    private static final Pattern PORT = Pattern.compile("(?<host>.*):(?<port>[0-9]+)");

    private final Optional<URI> httpProxy;
    private final Optional<URI> httpsProxy;
    private final List<Predicate<Target>> exceptions;

    private record Target(String host, int port, @Nullable InetAddress address) {}

    private ProxySettings(Optional<URI> httpProxy, Optional<URI> httpsProxy, List<Predicate<Target>> exceptions) {
        this.httpProxy = httpProxy;
        this.httpsProxy = httpsProxy;
        this.exceptions = exceptions;
    }

    /// @param warnings receives at most one sentence, which names what is ignored
    static ProxySettings of(Map<String, String> environment, Consumer<String> warnings) {
        var ignored = new ArrayList<String>();
        var http = proxy("HTTP_PROXY", environment, ignored);
        var https = proxy("HTTPS_PROXY", environment, ignored);
        var exceptions = new ArrayList<Predicate<Target>>();
        if (http.isPresent() || https.isPresent()) {
            for (var entry : value("NO_PROXY", environment).split(",")) {
                var rule = entry.strip().toLowerCase(Locale.ROOT);
                if (!rule.isEmpty()) {
                    exception(rule).ifPresentOrElse(exceptions::add, () -> ignored.add("\"" + rule + "\" in NO_PROXY"));
                }
            }
        }
        if (!ignored.isEmpty()) {
            warnings.accept("proxy settings that are not understood are ignored: " + String.join(", ", ignored));
        }
        return new ProxySettings(http, https, exceptions);
    }

    private static Optional<URI> proxy(String variable, Map<String, String> environment, List<String> ignored) {
        var value = value(variable, environment);
        var proxy = parse(value);
        if (proxy.isEmpty() && !value.isBlank()) {
            ignored.add(variable + " (only http://HOST:PORT is supported)");
        }
        return proxy;
    }

    private static String value(String variable, Map<String, String> environment) {
        var upper = environment.getOrDefault(variable, "");
        return upper.isEmpty() ? environment.getOrDefault(variable.toLowerCase(Locale.ROOT), "") : upper;
    }

    /// Returns a proxy's address with its port, or empty if it cannot be used. Without a scheme it is `http`.
    static Optional<URI> parse(String text) {
        var value = text.strip();
        try {
            var uri = new URI(value.contains("://") ? value : "http://" + value);
            if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null) {
                return Optional.empty();
            }
            var port = uri.getPort() < 0 ? 80 : uri.getPort();
            return Optional.of(new URI("http", uri.getUserInfo(), uri.getHost(), port, null, null, null));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /// Returns the proxy for requests to a server; empty if they go directly.
    Optional<URI> proxyFor(URI server) {
        var isHttps = "https".equalsIgnoreCase(server.getScheme());
        var proxy = isHttps ? httpsProxy : httpProxy;
        var host = server.getHost().toLowerCase(Locale.ROOT).replaceAll("^\\[|]$", "");
        var port = server.getPort() >= 0 ? server.getPort() : isHttps ? 443 : 80;
        var target = new Target(host, port, addressOf(host));
        var isLocal = host.equals("localhost")
                || target.address() != null && target.address().isLoopbackAddress();
        return proxy.filter(url -> !isLocal && exceptions.stream().noneMatch(rule -> rule.test(target)));
    }

    /// Makes a client use the proxy for every request.
    static void apply(URI proxy, Config config) {
        if (proxy.getUserInfo() != null) {
            // the JDK sends no Basic credentials to a proxy for HTTPS unless this is set before its client is first
            // used
            System.setProperty("jdk.http.auth.tunneling.disabledSchemes", "");
        }
        config.setHttpProxy(proxy.toString());
        config.setHttpsProxy(proxy.toString());
    }

    private static Optional<Predicate<Target>> exception(String rule) {
        if (rule.equals("*")) {
            return Optional.of(target -> true);
        }
        var slash = rule.indexOf('/');
        if (slash >= 0) {
            return network(rule.substring(0, slash), rule.substring(slash + 1));
        }
        var withPort = PORT.matcher(rule);
        var hasPort = addressOf(rule) == null && withPort.matches();
        var host = (hasPort ? withPort.group("host") : rule).replaceAll("^\\[|]$", "");
        Predicate<Target> port =
                hasPort ? target -> String.valueOf(target.port()).equals(withPort.group("port")) : target -> true;
        var address = addressOf(host);
        if (address != null) {
            return Optional.of(port.and(target -> address.equals(target.address())));
        }
        if (!DOMAIN.matcher(host).matches()) {
            return Optional.empty();
        }
        var suffix = host.startsWith("*.") ? host.substring(1) : host;
        return Optional.of(port.and(
                suffix.startsWith(".")
                        ? target -> target.host().endsWith(suffix)
                        : target ->
                                target.host().equals(suffix) || target.host().endsWith("." + suffix)));
    }

    private static Optional<Predicate<Target>> network(String base, String length) {
        var address = addressOf(base);
        if (address == null || !length.matches("[0-9]{1,3}")) {
            return Optional.empty();
        }
        var bits = Integer.parseInt(length);
        var bytes = address.getAddress();
        return bits > bytes.length * 8
                ? Optional.empty()
                : Optional.of(target -> target.address() != null
                        && sharesPrefix(target.address().getAddress(), bytes, bits));
    }

    private static boolean sharesPrefix(byte[] one, byte[] other, int bits) {
        var whole = bits / 8;
        var rest = bits % 8;
        return one.length == other.length
                && Arrays.equals(one, 0, whole, other, 0, whole)
                && (rest == 0 || (one[whole] ^ other[whole]) >> (8 - rest) == 0);
    }

    /// Returns the address that a literal stands for; no name is looked up.
    private static @Nullable InetAddress addressOf(String host) {
        try {
            return ADDRESS.matcher(host).matches() ? InetAddress.ofLiteral(host) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
