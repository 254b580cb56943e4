package dev.tokenstore.charts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The differences between a manifest and what the API server stores of it.
///
/// @param kind of the resource
/// @param found one sentence each
record Drift(String kind, List<String> found) {
    /// What no manifest can state, by kind and path, with the reason.
    private static final Map<Pattern, String> OF_THE_SERVER = Map.of(
            Pattern.compile("\\w+ /metadata/(uid|resourceVersion|creationTimestamp|generation|managedFields)"),
            "written by the API server for every resource",
            Pattern.compile("\\w+ /status"),
            "state, not intent",
            Pattern.compile("Namespace (/metadata/labels/kubernetes\\.io~1metadata\\.name|/spec/finalizers)"),
            "written by the API server for every namespace",
            Pattern.compile("Service /spec/(clusterIPs|ipFamilies|ipFamilyPolicy)"),
            "allocated: depends on the cluster's IP families",
            Pattern.compile("\\w+ .*/serviceAccount"),
            "the deprecated name of serviceAccountName, which the API server keeps equal");

    static Drift between(GenericKubernetesResource shipped, GenericKubernetesResource stored) {
        var drift = new Drift(shipped.getKind(), new ArrayList<>());
        drift.compare("", Manifest.tree(shipped), Manifest.tree(stored));
        return drift;
    }

    private void compare(String path, JsonNode shipped, JsonNode stored) {
        if (shipped.isObject() && stored.isObject()) {
            var names = new TreeSet<String>();
            shipped.fieldNames().forEachRemaining(names::add);
            stored.fieldNames().forEachRemaining(names::add);
            for (var name : names) {
                compare(path + "/" + name.replace("~", "~0").replace("/", "~1"), shipped.path(name), stored.path(name));
            }
        } else if (shipped.isArray() && stored.isArray()) {
            for (var i = 0; i < Math.max(shipped.size(), stored.size()); i++) {
                compare(path + "/" + i, shipped.path(i), stored.path(i));
            }
        } else if (shipped.isMissingNode() && isOfTheServer(path)) {
            return;
        } else if (shipped.isMissingNode() && stored.isObject() && !stored.isEmpty()) {
            compare(path, JsonNodeFactory.instance.objectNode(), stored);
        } else if (shipped.isMissingNode()) {
            found.add(path + " is added: " + stored);
        } else if (stored.isMissingNode()) {
            found.add(path + " is dropped: " + shipped);
        } else if (!shipped.equals(stored)) {
            found.add(path + " is " + stored + " instead of " + shipped);
        }
    }

    private boolean isOfTheServer(String path) {
        return OF_THE_SERVER.keySet().stream()
                .anyMatch(own -> own.matcher(kind + " " + path).matches());
    }

    /// What is changed of the fields that the manifest states.
    List<String> ofStatedFields() {
        return found.stream().filter(each -> !each.contains(" is added: ")).toList();
    }
}
