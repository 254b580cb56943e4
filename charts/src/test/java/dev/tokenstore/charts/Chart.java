package dev.tokenstore.charts;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A chart, rendered by Helm without a cluster.
///
/// @param folder of its Chart.yaml
record Chart(Path folder) {
    static final Chart SHIPPED = new Chart(Path.of("oauth-token-store"));
    static final String RELEASE = "oauth-token-store";
    static final String NAMESPACE = "oauth-token-store";

    /// The version of Kubernetes that the tests' API server has.
    static final String KUBERNETES = "1.36.3";

    private static final Pattern DOCUMENT_START = Pattern.compile("^---\\n", Pattern.MULTILINE);
    private static final Pattern HOOK = Pattern.compile("^ *helm\\.sh/hook.*\\n", Pattern.MULTILINE);

    /// The manifests for [#NAMESPACE] and [#KUBERNETES].
    ///
    /// @param values in YAML
    /// @throws IllegalStateException with Helm's message, if rendering fails
    List<Manifest> render(String values) {
        return render(values, NAMESPACE, KUBERNETES);
    }

    /// The manifests.
    ///
    /// @param values in YAML
    /// @throws IllegalStateException with Helm's message, if rendering fails
    List<Manifest> render(String values, String namespace, String kubernetes) {
        var rendered = withValues(
                values,
                file -> new Helm(folder)
                        .template()
                        .withName(RELEASE)
                        .withNamespace(namespace)
                        .withKubeVersion(kubernetes)
                        .withValuesFile(file)
                        .call());
        return DOCUMENT_START
                .splitAsStream(rendered)
                .filter(document -> !document.isBlank())
                .map(Manifest::of)
                .toList();
    }

    /// A copy whose hooks are ordinary resources, because rendering leaves hooks out.
    ///
    /// @param copy an empty folder
    Chart withHooksAsResources(Path copy) {
        copyTo(copy);
        var helpers = copy.resolve("templates/_helpers.tpl");
        try {
            Files.writeString(helpers, HOOK.matcher(Files.readString(helpers)).replaceAll(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Chart(copy);
    }

    /// A copy that a test may change.
    Chart copyTo(Path copy) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var target = copy.resolve(folder.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Chart(copy);
    }

    /// The notes that Helm prints after an installation.
    String notes(String values, String kubernetes) {
        var output = withValues(
                values,
                file -> new Helm(folder)
                        .install()
                        .withName(RELEASE)
                        .withNamespace(NAMESPACE)
                        .withKubeVersion(kubernetes)
                        .withValuesFile(file)
                        .clientOnly()
                        .dryRun()
                        .call()
                        .getOutput());
        return output.substring(output.indexOf("NOTES:\n") + "NOTES:\n".length());
    }

    LintResult lint() {
        return new Helm(folder).lint().strict().call();
    }

    /// An action that needs a file with values.
    interface WithValues<T> {
        T call(Path values);
    }

    static <T> T withValues(String values, WithValues<T> action) {
        try {
            var file = Files.createTempFile("values", ".yaml");
            try {
                Files.writeString(file, values);
                return action.call(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text(String file) {
        return read(folder.resolve(file));
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
