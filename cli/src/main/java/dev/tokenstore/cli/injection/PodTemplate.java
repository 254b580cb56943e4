package dev.tokenstore.cli.injection;

import java.util.Map;
import java.util.Optional;

/// A pod, or the pod template of a resource.
///
/// @param path of the template within the resource, as `spec.template`; empty for a pod
/// @param pod a mapping with the pod's `metadata` and `spec`
record PodTemplate(ManifestResource resource, String path, YamlMap pod) {
    /// Whether the pod has the annotation that requests the sidecar.
    boolean requestsSidecar() {
        return annotationsNode()
                .flatMap(annotations -> annotations.get(InjectionRequest.STORE))
                .isPresent();
    }

    /// @throws CommandException if an annotation is no text
    Map<String, String> annotations() {
        return annotationsNode().map(YamlMap::texts).orElse(Map.of());
    }

    /// The path of the pod's annotations within the resource.
    String annotationsPath() {
        return annotationsPath(path);
    }

    static String annotationsPath(String path) {
        return path.isEmpty() ? "metadata.annotations" : path + ".metadata.annotations";
    }

    private Optional<YamlMap> annotationsNode() {
        return pod.map("metadata").flatMap(metadata -> metadata.map("annotations"));
    }

    Optional<YamlMap> spec() {
        return pod.map("spec");
    }

    /// Whether the pod can run on Windows nodes only.
    boolean isForWindows() {
        return spec().flatMap(spec -> spec.map("os")
                        .flatMap(os -> os.text("name"))
                        .filter("windows"::equals)
                        .or(() -> spec.map("nodeSelector")
                                .flatMap(selector -> selector.text("kubernetes.io/os"))
                                .filter("windows"::equals)))
                .isPresent();
    }
}
