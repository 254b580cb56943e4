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

/// The chart as Helm sees it: rendered without a cluster, for a version of Kubernetes.
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

    /// What the chart installs.
    ///
    /// @param values in YAML
    /// @throws IllegalStateException with Helm's message, if Helm refuses
    List<Manifest> render(String values) {
        return render(values, NAMESPACE, KUBERNETES);
    }

    /// Renders it for a namespace and a version of Kubernetes.
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

    /// The chart with its hooks as resources like all others, for Helm does not tell them when it renders.
    ///
    /// @param copy where to put it: a folder that is empty
    Chart withHooksAsResources(Path copy) {
        copyTo(copy);
        try (var hooks = Files.list(copy.resolve("templates/tests"))) {
            for (var file : hooks.toList()) {
                Files.writeString(file, HOOK.matcher(Files.readString(file)).replaceAll(""));
            }
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

    /// What Helm tells after an installation.
    String notes(String values, String kubernetes) {
        var told = withValues(
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
        return told.substring(told.indexOf("NOTES:\n") + "NOTES:\n".length());
    }

    LintResult lint() {
        return new Helm(folder).lint().strict().call();
    }

    /// Something to be done with a file of values.
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
