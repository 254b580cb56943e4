package dev.tokenstore.cli.injection;

import static java.util.stream.Collectors.joining;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/// An annotation of the token store at a place where it has no effect. The chart's policy oauth-token-store-misplaced
/// warns
/// with the same sentences of the kinds that it selects.
///
/// @param path of the mapping that holds it, as `metadata.annotations`
record MisplacedAnnotation(ManifestResource resource, String key, String path) {
    /// Kinds with further annotations of the token store, which are not about injection.
    private static final Set<String> OWN_KINDS = Set.of("Secret", "OAuthTokenStore");

    static List<MisplacedAnnotation> in(ManifestResource resource) {
        var search = new Search(resource);
        search.visit(resource.content().node(), "");
        return search.found;
    }

    String sentence() {
        var places = resource.places().stream()
                .map(place -> PodTemplate.annotationsPath(place.replace(".*", "[]")))
                .toList();
        var start = resource.name() + ": annotation " + key + " is at " + path;
        if (resource.podTemplates().stream().map(PodTemplate::annotationsPath).anyMatch(path::equals)) {
            return start + " without " + InjectionRequest.STORE + ", so it has no effect; add that, or remove it";
        }
        if (places.isEmpty()) {
            return start
                    + ", and the command knows no pod template of this kind, so it adds no sidecar; set the annotation"
                    + " on the pods themselves, or add the sidecar by hand";
        }
        return start + ", where it has no effect; move it to " + places.stream().collect(joining(" or "));
    }

    /// Looks at every mapping of a resource, because a misplaced annotation can be anywhere.
    private static final class Search {
        private final ManifestResource resource;
        private final Set<String> inEffect;
        private final List<MisplacedAnnotation> found = new ArrayList<>();
        private final Deque<Node> above = new ArrayDeque<>();

        Search(ManifestResource resource) {
            this.resource = resource;
            inEffect = resource.podTemplates().stream()
                    .filter(PodTemplate::requestsSidecar)
                    .map(PodTemplate::annotationsPath)
                    .collect(Collectors.toSet());
        }

        void visit(Node node, String path) {
            // an anchor may be used within itself
            if (above.stream().anyMatch(holder -> holder == node)) {
                return;
            }
            above.push(node);
            if (node instanceof MappingNode mapping) {
                mapping.getValue().forEach(entry -> {
                    if (entry.getKeyNode() instanceof ScalarNode key) {
                        visit(key.getValue(), entry.getValueNode(), path);
                    }
                });
            } else if (node instanceof SequenceNode sequence && !isItems(path)) {
                for (var i = 0; i < sequence.getValue().size(); i++) {
                    visit(sequence.getValue().get(i), path + "[" + i + "]");
                }
            }
            above.pop();
        }

        private void visit(String key, Node value, String path) {
            if (key.startsWith(InjectionRequest.PREFIX) && isMisplaced(key, path)) {
                found.add(new MisplacedAnnotation(resource, key, path));
            }
            var merged = key.equals(YamlMap.MERGE);
            visit(value, merged ? path : path.isEmpty() ? key : path + "." + key);
        }

        /// The items of a list are resources of their own.
        private boolean isItems(String path) {
            return resource.isList() && path.equals("items");
        }

        private boolean isMisplaced(String key, String path) {
            var holder = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
            return !inEffect.contains(path)
                    && !holder.endsWith("labels")
                    && !holder.endsWith("selector")
                    && (!OWN_KINDS.contains(resource.kind()) || InjectionRequest.isKnown(key));
        }
    }
}
