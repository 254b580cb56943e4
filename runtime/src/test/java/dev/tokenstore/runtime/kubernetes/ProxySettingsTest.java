package dev.tokenstore.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxySettingsTest {
    private final List<String> warnings = new ArrayList<>();

    /// The expectations are those of Go's `httpproxy` package and its own tests.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "https://api.example:6443 | '' | proxied",
                "https://localhost:6443 | '' | direct",
                "https://127.0.0.1:6443 | '' | direct",
                "https://[::1]:6443 | '' | direct",
                "https://api.example | 'localhost, 127.0.0.1' | proxied",
                "https://10.1.2.3 | 'localhost, 10.1.2.3' | direct",
                "https://api.example | * | direct",
                "https://api.example | 'a, *' | direct",
                "https://api.example | example | direct",
                "https://api.example | .example | direct",
                "https://api.example | *.example | direct",
                "https://api.example | API.Example | direct",
                "https://api.example | pi.example | proxied",
                "https://example | .example | proxied",
                "https://example | *.example | proxied",
                "https://api.example:6443 | api.example:6443 | direct",
                "https://api.example:6443 | api.example:443 | proxied",
                "https://api.example | api.example:443 | direct",
                "https://kubernetes.default.svc | *.svc | direct",
                "https://10.1.2.3 | 10.0.0.0/8 | direct",
                "https://11.1.2.3 | 10.0.0.0/8 | proxied",
                "https://10.1.130.3 | 10.1.128.0/17 | direct",
                "https://10.1.2.3 | 10.1.128.0/17 | proxied",
                "https://10.1.2.3:6443 | 10.1.2.3:6443 | direct",
                "https://[fd00::12]:6443 | fd00::/64 | direct",
                "https://[fd00::12]:6443 | [fd00::12]:6443 | direct",
                "https://[fd00::12]:6443 | fd00::12 | direct",
                "https://api.example | ',,' | proxied",
            })
    void leavesOutTheProxyAsGoDoes(String server, String noProxy, String expected) {
        var settings = settings(Map.of("HTTPS_PROXY", "http://proxy.example:3128", "NO_PROXY", noProxy));

        assertThat(settings.proxyFor(URI.create(server)).isPresent() ? "proxied" : "direct")
                .isEqualTo(expected);
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "HTTPS_PROXY, http://p.example:3128, http://p.example:3128",
        "https_proxy, http://p.example:3128, http://p.example:3128",
        "HTTPS_PROXY, p.example:3128, http://p.example:3128",
        "HTTPS_PROXY, ' http://p.example/ ', http://p.example:80",
        "HTTPS_PROXY, http://name:word@p.example:3128, http://name:word@p.example:3128",
        "HTTPS_PROXY, http://[fd00::1]:3128, http://[fd00::1]:3128",
    })
    void readsTheProxy(String variable, String value, String expected) {
        assertThat(settings(Map.of(variable, value)).proxyFor(URI.create("https://api.example")))
                .contains(URI.create(expected));
    }

    @Test
    void prefersUpperCase() {
        var settings =
                settings(Map.of("HTTPS_PROXY", "http://upper.example:1", "https_proxy", "http://lower.example:1"));

        assertThat(settings.proxyFor(URI.create("https://api.example"))).contains(URI.create("http://upper.example:1"));
    }

    @Test
    void usesTheOtherVariableForPlainHttp() {
        var settings = settings(Map.of("HTTPS_PROXY", "http://tls.example:1", "HTTP_PROXY", "http://plain.example:1"));

        assertThat(settings.proxyFor(URI.create("http://api.example"))).contains(URI.create("http://plain.example:1"));
    }

    @Test
    void namesAllThatItIgnoresInOneWarning() {
        var settings = settings(Map.of(
                "HTTPS_PROXY", "http://p.example:1",
                "HTTP_PROXY", "socks5://name:word@p.example:1080",
                "NO_PROXY", "<local>, api.example, 10.0.0.0/99, a b"));

        assertThat(warnings)
                .containsExactly(
                        "proxy settings that are not understood are ignored: HTTP_PROXY (only http://HOST:PORT is"
                                + " supported), \"<local>\" in NO_PROXY, \"10.0.0.0/99\" in NO_PROXY, \"a b\" in NO_PROXY");
        assertThat(settings.proxyFor(URI.create("https://api.example"))).isEmpty();
        assertThat(settings.proxyFor(URI.create("https://other.example"))).isPresent();
    }

    @Test
    void ignoresExceptionsWithoutAProxy() {
        settings(Map.of("NO_PROXY", "<local>"));

        assertThat(warnings).isEmpty();
    }

    private ProxySettings settings(Map<String, String> environment) {
        return ProxySettings.of(environment, warnings::add);
    }
}
