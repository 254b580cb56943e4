package dev.tokenstore.testing.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Everything the tests' Kubernetes can be told from outside.
///
/// @param kubeconfig the cluster to use instead of an own server, if one was named
/// @param nodeRequired whether tests that run pods fail, instead of being skipped, where no node can be made
/// @param cache where binaries and the state of running servers are kept
public record TestEnvironment(Optional<Path> kubeconfig, boolean nodeRequired, Path cache) {
    static final String KUBECONFIG = "TOKENSTORE_TEST_KUBECONFIG";

    /// Reads the environment; `KUBECONFIG` and `~/.kube` are ignored on purpose.
    ///
    /// @throws IllegalArgumentException naming the variable that is malformed
    public static TestEnvironment of(Map<String, String> variables, Path home) {
        var named = Optional.ofNullable(variables.get(KUBECONFIG)).filter(value -> !value.isBlank());
        named.map(Path::of).filter(file -> !Files.isReadable(file)).ifPresent(file -> {
            throw new IllegalArgumentException(KUBECONFIG + " names no readable file: " + file);
        });
        var userCache = Optional.ofNullable(variables.get("XDG_CACHE_HOME"))
                .map(Path::of)
                .filter(Path::isAbsolute)
                .orElse(home.resolve(".cache"));
        return new TestEnvironment(
                named.map(file -> Path.of(file).toAbsolutePath()),
                "true".equals(variables.get("CI")),
                userCache.resolve("oauth-token-store"));
    }

    public static TestEnvironment ofThisProcess() {
        return of(System.getenv(), Path.of(System.getProperty("user.home")));
    }
}
