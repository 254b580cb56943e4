package dev.tokenstore.benchmarks;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// How the operator is started where it is installed: what is measured must be what ships.
///
/// @param arguments of the program
/// @param environment those of its variables that do not depend on the pod; the options of its JVM are among them
/// @param memoryLimit of its container, in bytes; the JVM sizes its heap by it
record ShippedDeployment(
        String namespace,
        String serviceAccount,
        List<String> arguments,
        Map<String, String> environment,
        long memoryLimit) {
    /// Reads it from the folder of the manifests.
    static ShippedDeployment read(Path deploy) {
        try {
            var deployment = Serialization.unmarshal(
                    Files.readString(deploy.resolve("operator/deployment.yaml")), Deployment.class);
            var pod = deployment.getSpec().getTemplate().getSpec();
            var container = pod.getContainers().getFirst();
            return new ShippedDeployment(
                    deployment.getMetadata().getNamespace(),
                    pod.getServiceAccountName(),
                    List.copyOf(container.getArgs()),
                    environment(container),
                    Objects.requireNonNull(container.getResources().getLimits().get("memory"))
                            .getNumericalAmount()
                            .longValueExact());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> environment(Container container) {
        return container.getEnv().stream()
                .filter(variable -> variable.getValue() != null)
                .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
    }
}
