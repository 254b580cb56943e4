package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SidecarAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:50051", "localhost:1", "[::1]:65535", "unix:/run/a.sock", "unix:a.sock"})
    void takesHostAndPortOrAPath(String text) {
        assertThat(SidecarAddress.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "127.0.0.1",
                ":50051",
                "localhost:",
                "localhost:65536",
                "http://localhost:1",
                "unix:",
                "a b:1"
            })
    void refusesAnythingElseAndSaysWhatToGive(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SidecarAddress.parse(text))
                .withMessageContaining("TOKENSTORE_ADDRESS")
                .withMessageContaining("HOST:PORT");
    }

    @Test
    void isTheOneOfTheEnvironmentElseTheSidecarsDefault() {
        assertThat(SidecarAddress.ofEnvironment(Map.of("TOKENSTORE_ADDRESS", "unix:/a")))
                .hasToString("unix:/a");
        assertThat(SidecarAddress.ofEnvironment(Map.of("TOKENSTORE_ADDRESS", "")))
                .hasToString("127.0.0.1:50051");
        assertThat(SidecarAddress.ofEnvironment(Map.of())).hasToString("127.0.0.1:50051");
    }

    @ParameterizedTest
    @CsvSource({"unix:/run/a.sock, /run/a.sock", "unix:///run/a.sock, /run/a.sock", "unix:a.sock, a.sock"})
    void readsPathsAsGrpcDoes(String text, String path) {
        assertThat(SidecarAddress.parse(text).unixSocketAddress(16)).isEqualTo(UnixDomainSocketAddress.of(path));
    }

    @Test
    void namesLengthAndLimitOfAPathThatIsTooLong() {
        assertThat(SidecarAddress.parse("unix:/" + "s".repeat(106))).isNotNull();
        for (var path : List.of("/" + "s".repeat(107), "/" + "\u00fc".repeat(53) + "s")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SidecarAddress.parse("unix:" + path))
                    .withMessageContaining(path)
                    .withMessageContaining("has 108 bytes, and a socket's path has at most 107")
                    .withMessageContaining("TOKENSTORE_ADDRESS");
        }
    }

    @Test
    void saysWhatToDoWhereTheJdkHasNoUnixSockets() {
        assertThatIllegalStateException()
                .isThrownBy(() -> SidecarAddress.parse("unix:/run/a.sock").unixSocketAddress(11))
                .withMessageContaining("Java 11 cannot connect to the Unix socket /run/a.sock")
                .withMessageContaining("Java 16 or later")
                .withMessageContaining("TOKENSTORE_ADDRESS");
    }
}
