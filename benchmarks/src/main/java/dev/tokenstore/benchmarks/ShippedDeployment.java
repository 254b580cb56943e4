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
import java.util.Objects;

/// How the operator is started where it is installed: what is measured must be what ships.
///
/// @param arguments of the program
/// @param javaOptions of its JVM
/// @param memoryLimit of its container, in bytes; the JVM sizes its heap by it
record ShippedDeployment(
        String namespace, String serviceAccount, List<String> arguments, String javaOptions, long memoryLimit) {
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
                    variable(container, "JAVA_TOOL_OPTIONS"),
                    Objects.requireNonNull(container.getResources().getLimits().get("memory"))
                            .getNumericalAmount()
                            .longValueExact());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String variable(Container container, String name) {
        return container.getEnv().stream()
                .filter(variable -> variable.getName().equals(name))
                .findFirst()
                .map(EnvVar::getValue)
                .orElse("");
    }
}
