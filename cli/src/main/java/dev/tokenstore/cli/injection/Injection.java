package dev.tokenstore.cli.injection;

import dev.tokenstore.cli.output.CommandException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Adds the sidecar to the pods of manifests that request it. Documents without such pods are printed byte for byte; of
/// the others all values and comments stay.
///
/// @param operatorNamespace the namespace whose pods are not changed: its accounts can have no tokens
/// @param warnings gets one sentence for each warning
/// @param withoutEffect gets one sentence for each annotation that has no effect
record Injection(
        SidecarContainer sidecar, String operatorNamespace, Consumer<String> warnings, Consumer<String> withoutEffect) {
    private static final Pattern DOCUMENT_START = Pattern.compile("^(?=---(?:\\s|$))", Pattern.MULTILINE);
    private static final Pattern MARKER = Pattern.compile("^---[ \\t]*\\n?");
    private static final List<String> LISTS = List.of("containers", "initContainers");

    /// @throws CommandException if the sidecar cannot be added to a pod; the message names the resource
    String inject(String manifests) {
        var result = new StringBuilder();
        var requested = false;
        for (var document : DOCUMENT_START.split(manifests)) {
            var marker = MARKER.matcher(document);
            var body = marker.lookingAt() ? document.substring(marker.end()) : document;
            var parsed = YamlText.parsed(body);
            var resources = parsed.stream().flatMap(ManifestResource::in).toList();
            resources.stream()
                    .flatMap(resource -> MisplacedAnnotation.in(resource).stream())
                    .map(MisplacedAnnotation::sentence)
                    .forEach(withoutEffect);
            var requesting = resources.stream()
                    .flatMap(resource -> resource.podTemplates().stream())
                    .filter(PodTemplate::requestsSidecar)
                    .toList();
            requested |= !requesting.isEmpty();
            var changed = requesting.stream().filter(this::injected).toList();
            result.append(
                    !changed.isEmpty()
                            ? (body.equals(document) ? "" : "---\n") + YamlText.of(parsed.orElseThrow(), body)
                            : document);
        }
        if (!requested) {
            warnings.accept("no pod has the annotation " + InjectionRequest.STORE + "; nothing was changed");
        }
        return result.toString();
    }

    /// Adds the sidecar to a pod.
    ///
    /// @return whether the pod was changed
    private boolean injected(PodTemplate template) {
        var owner = template.resource().name();
        try {
            var spec = template.spec().orElseThrow(() -> CommandException.failed("the pod has no spec"));
            if (template.resource()
                    .namespace()
                    .filter(operatorNamespace::equals)
                    .isPresent()) {
                withoutEffect.accept(owner + " is left alone: " + operatorNamespace
                        + " is the operator's namespace, whose accounts can have no tokens");
                return false;
            }
            if (template.isForWindows()) {
                throw CommandException.failed(
                        "the pod is for Windows nodes, and the sidecar runs on Linux only; run the app"
                                + " on Linux nodes, or remove the annotation " + InjectionRequest.STORE);
            }
            var hostNetwork = spec.text("hostNetwork").filter("true"::equals).isPresent();
            var request = InjectionRequest.of(template.annotations(), namesIn(spec), hostNetwork, sidecar.resources());
            refuseOtherMounts(spec, request);
            if (!spec.text("automountServiceAccountToken")
                    .filter("false"::equals)
                    .isPresent()) {
                warnings.accept(owner + ": every container of the pod gets the service account's token and"
                        + " can read the store's tokens with it, whatever tokenstore.dev/containers says; set"
                        + " automountServiceAccountToken: false in the pod's spec, unless the app needs the API server"
                        + " (ignore this warning if the ServiceAccount sets it)");
            }
            if (LISTS.stream().anyMatch(list -> spec.anyOf(list, "name", SidecarContainer.CONTAINER))) {
                return false;
            }
            addTo(spec, request);
            return true;
        } catch (CommandException e) {
            throw CommandException.failed(owner + ": " + e.getMessage());
        }
    }

    private static List<String> namesIn(YamlMap spec) {
        return LISTS.stream()
                .flatMap(list -> spec.maps(list).stream())
                .flatMap(container -> container.text("name").stream())
                .filter(name -> !name.equals(SidecarContainer.CONTAINER))
                .toList();
    }

    private static void refuseOtherMounts(YamlMap spec, InjectionRequest request) {
        LISTS.stream()
                .flatMap(list -> spec.maps(list).stream())
                .filter(container -> isChosen(container, request))
                .filter(container -> !container.text("name").orElse("").equals(SidecarContainer.CONTAINER))
                .filter(container -> container.maps("volumeMounts").stream()
                        .filter(Injection::isAtTheSocket)
                        .anyMatch(mount -> !mount.text("name").orElse("").equals(SidecarContainer.SOCKET_VOLUME)))
                .findFirst()
                .ifPresent(container -> {
                    throw CommandException.failed("container \""
                            + container.text("name").orElse("") + "\" mounts something else at "
                            + SidecarContainer.SOCKET_FOLDER
                            + ", where the socket of the token store has to be; mount that elsewhere, or leave the"
                            + " container out of tokenstore.dev/containers");
                });
    }

    private static boolean isAtTheSocket(YamlMap mount) {
        return mount.text("mountPath")
                .filter(SidecarContainer.SOCKET_FOLDER::equals)
                .isPresent();
    }

    private static boolean isChosen(YamlMap container, InjectionRequest request) {
        return request.chooses(container.text("name").orElse(""));
    }

    private void addTo(YamlMap spec, InjectionRequest request) {
        for (var list : LISTS) {
            if (!spec.maps(list).isEmpty()) {
                spec.putAll(list, withSocket(spec.maps(list), request));
            }
        }
        spec.prepend("initContainers", sidecar.container(request));
        SidecarContainer.VOLUMES.forEach(volume -> spec.append("volumes", YamlText.part(volume)));
    }

    private static List<YamlMap> withSocket(List<YamlMap> containers, InjectionRequest request) {
        var result = new ArrayList<YamlMap>();
        for (var container : containers) {
            result.add(isChosen(container, request) ? withSocket(container.copy()) : container);
        }
        return result;
    }

    /// Keeps an address that the container has already.
    private static YamlMap withSocket(YamlMap container) {
        if (!container.anyOf("env", "name", SidecarContainer.ADDRESS_VARIABLE)) {
            container.prepend("env", YamlText.part(SidecarContainer.ADDRESS));
        }
        if (container.maps("volumeMounts").stream().noneMatch(Injection::isAtTheSocket)) {
            container.append("volumeMounts", YamlText.part(SidecarContainer.SOCKET_MOUNT));
        }
        return container;
    }
}
