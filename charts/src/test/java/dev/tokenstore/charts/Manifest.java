package dev.tokenstore.charts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Optional;
import java.util.regex.Pattern;

/// One resource as Helm rendered it.
///
/// @param template the file of the chart that it comes from, without the folder
/// @param text in YAML, with its comments
record Manifest(String template, String text) {
    private static final Pattern SOURCE = Pattern.compile("^# Source: .*?/templates/(.*)\\n");
    private static final Pattern OF_HELM = Pattern.compile(
            "^ *(helm\\.sh/chart: .*|helm\\.sh/resource-policy: .*|app\\.kubernetes\\.io/managed-by: Helm)\\n",
            Pattern.MULTILINE);
    private static final Pattern EMPTY_MAP = Pattern.compile("^( *)annotations:\\n(?!\\1 )", Pattern.MULTILINE);

    static Manifest of(String rendered) {
        var source = SOURCE.matcher(rendered);
        if (!source.find()) {
            throw new IllegalArgumentException("Helm names no template for: " + rendered);
        }
        return new Manifest(source.group(1), rendered.substring(source.end()).strip() + "\n");
    }

    GenericKubernetesResource resource() {
        return parsed(text);
    }

    static GenericKubernetesResource parsed(String yaml) {
        return Serialization.unmarshal(yaml, GenericKubernetesResource.class);
    }

    /// A resource, or values, as a tree of maps and lists.
    static JsonNode tree(Object parsed) {
        return new ObjectMapper().valueToTree(parsed);
    }

    /// Kind, namespace and name.
    String name() {
        var metadata = resource().getMetadata();
        var namespace = Optional.ofNullable(metadata.getNamespace())
                .map(name -> name + "/")
                .orElse("");
        return resource().getKind() + " " + namespace + metadata.getName();
    }

    /// The text for `kubectl apply`: without labels and annotations that only Helm uses.
    String withoutHelm() {
        return EMPTY_MAP.matcher(OF_HELM.matcher(text).replaceAll("")).replaceAll("");
    }
}
