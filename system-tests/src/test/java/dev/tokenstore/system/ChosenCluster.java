package dev.tokenstore.system;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Which cluster the build asks for.
final class ChosenCluster {
    private ChosenCluster() {}

    static PodCluster.Source ofThisProcess() {
        return of(
                System.getProperty("system-tests.cluster", "node"),
                System.getProperty("k3s.image", ""),
                System.getenv());
    }

    static PodCluster.Source of(String kind, String k3sImage, Map<String, String> environment) {
        var kubeconfig =
                Optional.ofNullable(environment.get(NamedCluster.KUBECONFIG)).filter(value -> !value.isBlank());
        if (kubeconfig.isPresent()) {
            var loader =
                    Optional.ofNullable(environment.get(NamedCluster.LOADER)).filter(value -> !value.isBlank());
            return new NamedCluster.Source(Path.of(kubeconfig.get()), loader);
        }
        return switch (kind) {
            case "node" -> new OwnNode.Source();
            case "k3s" -> new K3sCluster.Source(k3sImage);
            default ->
                throw new IllegalArgumentException("system-tests.cluster is \"" + kind + "\": set it to node or k3s");
        };
    }
}
