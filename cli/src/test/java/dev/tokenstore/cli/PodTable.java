package dev.tokenstore.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/// Manifests that ask for the sidecar and what becomes of their pods: what the command prints, and what a cluster with
/// the chart's policy makes of them.
final class PodTable {
    private static final Path FOLDER = Path.of("src/test/resources/injection");
    private static final String INJECTED = ".injected.yaml";

    private PodTable() {}

    /// Manifests before and after.
    record Row(Path before, Path after) {
        @Override
        public String toString() {
            return before.getFileName().toString();
        }
    }

    /// A pod that is refused with a sentence, which is its first line.
    record Refusal(Path pod) {
        String sentence() {
            return firstLine(pod);
        }

        @Override
        public String toString() {
            return pod.getFileName().toString();
        }
    }

    /// A resource with an annotation that has no effect. The sentence of the warning is its first line.
    record Misplacement(Path resource) {
        String sentence() {
            return firstLine(resource);
        }

        @Override
        public String toString() {
            return resource.getFileName().toString();
        }
    }

    /// @param namespace empty if the manifest names none
    record Pod(String namespace, Map<String, Object> metadata, Map<String, Object> spec) {}

    static List<Row> rows() {
        return filesIn(FOLDER).stream()
                .filter(file -> !file.toString().endsWith(INJECTED))
                .map(file -> new Row(file, Path.of(file.toString().replace(".yaml", INJECTED))))
                .toList();
    }

    static List<Refusal> refusals() {
        return filesIn(FOLDER.resolve("refused")).stream().map(Refusal::new).toList();
    }

    static List<Misplacement> misplacements() {
        return filesIn(FOLDER.resolve("misplaced")).stream()
                .map(Misplacement::new)
                .toList();
    }

    private static String firstLine(Path file) {
        return text(file).lines().findFirst().orElseThrow().substring("# ".length());
    }

    private static List<Path> filesIn(Path folder) {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The pods of manifests, and those that their resources would make, read as kubectl reads YAML.
    static List<Pod> pods(Path manifests) {
        return StreamSupport.stream(new Yaml().loadAll(text(manifests)).spliterator(), false)
                .flatMap(document -> podsIn(map(document)))
                .toList();
    }

    private static Stream<Pod> podsIn(Map<String, Object> resource) {
        return switch (text(resource, "kind")) {
            case "List" -> {
                var found = new ArrayList<Pod>();
                items(resource).forEach(item -> found.addAll(podsIn(map(item)).toList()));
                yield found.stream();
            }
            case "Pod" -> Stream.of(pod(resource, resource));
            case "CronJob" -> Stream.of(pod(resource, within(resource, "spec", "jobTemplate", "spec", "template")));
            case "ServiceAccount", "ConfigMap" -> Stream.empty();
            default -> Stream.of(pod(resource, within(resource, "spec", "template")));
        };
    }

    private static Pod pod(Map<String, Object> resource, Map<String, Object> template) {
        var namespace = (String) within(resource, "metadata").getOrDefault("namespace", "");
        return new Pod(namespace, within(template, "metadata"), within(template, "spec"));
    }

    private static Map<String, Object> within(Map<String, Object> map, String... path) {
        var found = map;
        for (var key : path) {
            found = map(Objects.requireNonNull(found.get(key), key));
        }
        return found;
    }

    private static String text(Map<String, Object> map, String key) {
        return (String) Objects.requireNonNull(map.get(key), key);
    }

    private static Iterable<?> items(Map<String, Object> list) {
        return (Iterable<?>) Objects.requireNonNull(list.get("items"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object tree) {
        return (Map<String, Object>) tree;
    }
}
