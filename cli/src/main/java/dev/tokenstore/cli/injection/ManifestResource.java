package dev.tokenstore.cli.injection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// A resource of the manifests.
///
/// @param group of its API; empty for the core
record ManifestResource(String kind, String group, YamlMap content) {
    private static final String POD_TEMPLATE = "spec.template";

    /// Where kinds have their pod templates: kinds of Kubernetes by name, others as group/kind. `*` stands for each
    /// element
    /// of a list. The path of a pod is empty.
    private static final Map<String, List<String>> PLACES = Map.ofEntries(
            Map.entry("Pod", List.of("")),
            Map.entry("PodTemplate", List.of("template")),
            Map.entry("Deployment", List.of(POD_TEMPLATE)),
            Map.entry("StatefulSet", List.of(POD_TEMPLATE)),
            Map.entry("DaemonSet", List.of(POD_TEMPLATE)),
            Map.entry("ReplicaSet", List.of(POD_TEMPLATE)),
            Map.entry("ReplicationController", List.of(POD_TEMPLATE)),
            Map.entry("Job", List.of(POD_TEMPLATE)),
            Map.entry("CronJob", List.of("spec.jobTemplate.spec.template")),
            Map.entry("argoproj.io/Rollout", List.of(POD_TEMPLATE)),
            Map.entry("serving.knative.dev/Service", List.of(POD_TEMPLATE)),
            Map.entry("serving.knative.dev/Configuration", List.of(POD_TEMPLATE)),
            Map.entry("apps.openshift.io/DeploymentConfig", List.of(POD_TEMPLATE)),
            Map.entry("apps.kruise.io/CloneSet", List.of(POD_TEMPLATE)),
            Map.entry("apps.kruise.io/BroadcastJob", List.of(POD_TEMPLATE)),
            Map.entry("keda.sh/ScaledJob", List.of("spec.jobTargetRef.template")),
            Map.entry("batch.volcano.sh/Job", List.of("spec.tasks.*.template")),
            Map.entry("jobset.x-k8s.io/JobSet", List.of("spec.replicatedJobs.*.template.spec.template")),
            Map.entry(
                    "leaderworkerset.x-k8s.io/LeaderWorkerSet",
                    List.of("spec.leaderWorkerTemplate.leaderTemplate", "spec.leaderWorkerTemplate.workerTemplate")));

    /// Returns the resources of a document: itself, and the items of a list.
    static Stream<ManifestResource> in(YamlMap document) {
        var version = document.text("apiVersion").orElse("");
        var resource = new ManifestResource(
                document.text("kind").orElse(""),
                version.contains("/") ? version.substring(0, version.indexOf('/')) : "",
                document);
        return Stream.concat(
                Stream.of(resource),
                resource.isList() ? document.maps("items").stream().flatMap(ManifestResource::in) : Stream.empty());
    }

    boolean isList() {
        return kind.endsWith("List")
                && content.get("items")
                        .filter(SequenceNode.class::isInstance)
                        .map(SequenceNode.class::cast)
                        .filter(items -> items.getValue().stream().allMatch(MappingNode.class::isInstance))
                        .isPresent();
    }

    /// The paths where this kind has pod templates; empty if none is known.
    List<String> places() {
        return PLACES.getOrDefault(group + "/" + kind, PLACES.getOrDefault(kind, List.of()));
    }

    /// The resource's name in messages, as `Deployment sales/crm-app`.
    String name() {
        if (kind.isEmpty()) {
            return "a document without a kind";
        }
        var name = metadata().flatMap(known -> known.text("name").or(() -> known.text("generateName")));
        return kind + " " + namespace().map(known -> known + "/").orElse("") + name.orElse("without a name");
    }

    /// Empty if the manifest does not name one.
    Optional<String> namespace() {
        return metadata().flatMap(known -> known.text("namespace"));
    }

    private Optional<YamlMap> metadata() {
        return content.map("metadata");
    }

    List<PodTemplate> podTemplates() {
        var templates = new ArrayList<PodTemplate>();
        for (var place : places()) {
            collect(content, place.isEmpty() ? List.of() : List.of(place.split("\\.", -1)), "", templates);
        }
        return templates;
    }

    private void collect(YamlMap within, List<String> place, String path, List<PodTemplate> templates) {
        if (place.isEmpty()) {
            templates.add(new PodTemplate(this, path, within));
            return;
        }
        var key = place.getFirst();
        var at = path.isEmpty() ? key : path + "." + key;
        if (place.size() > 1 && place.get(1).equals("*")) {
            var elements = within.maps(key);
            for (var i = 0; i < elements.size(); i++) {
                collect(elements.get(i), place.subList(2, place.size()), at + "[" + i + "]", templates);
            }
        } else {
            within.map(key).ifPresent(next -> collect(next, place.subList(1, place.size()), at, templates));
        }
    }
}
