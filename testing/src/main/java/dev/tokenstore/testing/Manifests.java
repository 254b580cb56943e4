package dev.tokenstore.testing;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Applies YAML to a server; a custom resource definition is served when that returns.
///
/// @param client a client that may do so
/// @param namespace where namespaced resources go that name none
public record Manifests(KubernetesClient client, String namespace) {
    static final String FIELD_MANAGER = "kubernetes-for-tests";

    public List<HasMetadata> apply(String yaml) {
        return client.load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))).items().stream()
                .map(this::apply)
                .toList();
    }

    public List<HasMetadata> apply(Path fileOrFolder) {
        return yamlFilesOf(fileOrFolder).stream()
                .flatMap(file -> apply(textOf(file)).stream())
                .toList();
    }

    private HasMetadata apply(HasMetadata resource) {
        var operation = resource.getMetadata().getNamespace() == null
                ? client.resource(resource).inNamespace(namespace)
                : client.resource(resource);
        var applied = operation.fieldManager(FIELD_MANAGER).forceConflicts().serverSideApply();
        if (applied instanceof CustomResourceDefinition definition) {
            client.resource(definition).waitUntilCondition(Manifests::isEstablished, 30, TimeUnit.SECONDS);
        }
        return applied;
    }

    private static boolean isEstablished(CustomResourceDefinition definition) {
        return definition.getStatus() != null
                && definition.getStatus().getConditions() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Established")
                                && condition.getStatus().equals("True"));
    }

    static List<Path> yamlFilesOf(Path fileOrFolder) {
        if (!Files.isDirectory(fileOrFolder)) {
            return List.of(fileOrFolder);
        }
        try (Stream<Path> files = Files.list(fileOrFolder)) {
            var found = files.filter(file ->
                            file.toString().endsWith(".yaml") || file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
            if (found.isEmpty()) {
                throw new IllegalArgumentException("no YAML files in " + fileOrFolder.toAbsolutePath());
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("no such manifest: " + file.toAbsolutePath(), e);
        }
    }
}
