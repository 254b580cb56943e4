package dev.tokenstore.runtime.kubernetes;

import dev.tokenstore.runtime.ExpiringValue;
import io.fabric8.kubernetes.client.OAuthTokenProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/// A bearer token in a file that is replaced while the program runs, such as a service account's. The file is read
/// again every minute, as Kubernetes' own client does; if it cannot be read the last token stays in use.
final class TokenFile implements OAuthTokenProvider {
    private static final Duration TIME_TO_LIVE = Duration.ofMinutes(1);

    private final Path file;
    private final ExpiringValue<String> token = new ExpiringValue<>(InstantSource.system());

    private TokenFile(Path file) {
        this.file = file;
    }

    /// @param description names the file's use in the message
    /// @throws KubeconfigException if it cannot be read
    static TokenFile open(Path file, String description) {
        var opened = new TokenFile(file);
        try {
            opened.read();
        } catch (IOException e) {
            throw new KubeconfigException(
                    description + " cannot be read: " + file + "; mount it, or make it readable for this user");
        }
        return opened;
    }

    @Override
    public String getToken() {
        return token.fresh().orElseGet(() -> {
            try {
                return read();
            } catch (IOException e) {
                return token.latest().orElseThrow();
            }
        });
    }

    private String read() throws IOException {
        var value = Files.readString(file).strip();
        token.set(value, TIME_TO_LIVE);
        return value;
    }
}
