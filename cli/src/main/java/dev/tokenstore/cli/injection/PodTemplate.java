package dev.tokenstore.cli.injection;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A pod, or the pod template of a resource.
///
/// @param owner the resource, as `Deployment sales/crm-app`
/// @param namespace empty if the manifest does not name one
/// @param pod a mapping with the pod's `metadata` and `spec`
record PodTemplate(String owner, Optional<String> namespace, YamlMap pod) {
    /// Returns all pods and pod templates of a document.
    static Stream<PodTemplate> in(YamlMap document) {
        var kind = document.text("kind").orElse("");
        return switch (kind) {
            case "Pod" -> Stream.of(of(document, kind, document));
            case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job" ->
                template(document).map(template -> of(document, kind, template)).stream();
            case "CronJob" ->
                document
                        .map("spec")
                        .flatMap(spec -> spec.map("jobTemplate"))
                        .flatMap(PodTemplate::template)
                        .map(template -> of(document, kind, template))
                        .stream();
            default ->
                kind.endsWith("List") ? document.maps("items").stream().flatMap(PodTemplate::in) : Stream.empty();
        };
    }

    private static Optional<YamlMap> template(YamlMap resource) {
        return resource.map("spec").flatMap(spec -> spec.map("template"));
    }

    private static PodTemplate of(YamlMap resource, String kind, YamlMap pod) {
        var metadata = resource.map("metadata");
        var namespace = metadata.flatMap(known -> known.text("namespace"));
        var name = metadata.flatMap(known -> known.text("name").or(() -> known.text("generateName")));
        return new PodTemplate(
                kind + " " + namespace.map(known -> known + "/").orElse("") + name.orElse("without a name"),
                namespace,
                pod);
    }

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

    private Optional<YamlMap> annotationsNode() {
        return pod.map("metadata").flatMap(metadata -> metadata.map("annotations"));
    }

    Optional<YamlMap> spec() {
        return pod.map("spec");
    }
}
