package dev.tokenstore.cli.injection;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Puts the sidecar into the pods of manifests that ask for it. What it leaves alone stays as it is written: documents
/// without such pods to the letter, of the others all values and comments.
///
/// @param operatorNamespace whose pods are left alone: accounts there can have no tokens
/// @param warnings told in sentences
record Injection(Sidecar sidecar, String operatorNamespace, Consumer<String> warnings) {
    private static final Pattern DOCUMENT_START = Pattern.compile("^(?=---(?:\\s|$))", Pattern.MULTILINE);
    private static final Pattern MARKER = Pattern.compile("^---[ \\t]*\\n?");
    private static final List<String> LISTS = List.of("containers", "initContainers");

    /// @throws MalformedManifestException with a sentence that names the resource
    String inject(String manifests) {
        var result = new StringBuilder();
        var asked = false;
        for (var document : DOCUMENT_START.split(manifests)) {
            var marker = MARKER.matcher(document);
            var body = marker.lookingAt() ? document.substring(marker.end()) : document;
            var parsed = YamlText.parsed(body);
            var asking = parsed.stream()
                    .flatMap(PodTemplate::in)
                    .filter(PodTemplate::asks)
                    .toList();
            asked |= !asking.isEmpty();
            var changed = asking.stream().filter(this::injected).toList();
            result.append(
                    !changed.isEmpty()
                            ? (body.equals(document) ? "" : "---\n") + YamlText.of(parsed.orElseThrow(), body)
                            : document);
        }
        if (!asked) {
            warnings.accept("no pod has the annotation " + InjectionRequest.STORE + "; nothing was changed");
        }
        return result.toString();
    }

    /// Whether the pod was changed.
    private boolean injected(PodTemplate template) {
        try {
            var spec = template.spec().orElseThrow(() -> new MalformedManifestException("the pod has no spec"));
            if (template.namespace().filter(operatorNamespace::equals).isPresent()) {
                warnings.accept(template.owner() + " is left alone: " + operatorNamespace
                        + " is the operator's namespace, whose accounts can have no tokens");
                return false;
            }
            var hostNetwork = spec.text("hostNetwork").filter("true"::equals).isPresent();
            var request = InjectionRequest.of(template.annotations(), namesIn(spec), hostNetwork);
            refuseOtherMounts(spec, request);
            if (!spec.text("automountServiceAccountToken")
                    .filter("false"::equals)
                    .isPresent()) {
                warnings.accept(template.owner() + ": every container of the pod gets the service account's token and"
                        + " can read the store's tokens with it, whatever tokenstore.dev/containers says; set"
                        + " automountServiceAccountToken: false in the pod's spec, unless the app needs the API server"
                        + " (ignore this warning if the ServiceAccount sets it)");
            }
            if (LISTS.stream().anyMatch(list -> spec.anyOf(list, "name", Sidecar.CONTAINER))) {
                return false;
            }
            addTo(spec, request);
            return true;
        } catch (MalformedManifestException e) {
            throw new MalformedManifestException(template.owner() + ": " + e.getMessage());
        }
    }

    private static List<String> namesIn(YamlMap spec) {
        return LISTS.stream()
                .flatMap(list -> spec.maps(list).stream())
                .flatMap(container -> container.text("name").stream())
                .filter(name -> !name.equals(Sidecar.CONTAINER))
                .toList();
    }

    private static void refuseOtherMounts(YamlMap spec, InjectionRequest request) {
        LISTS.stream()
                .flatMap(list -> spec.maps(list).stream())
                .filter(container -> isChosen(container, request))
                .filter(container -> !container.text("name").orElse("").equals(Sidecar.CONTAINER))
                .filter(container -> container.maps("volumeMounts").stream()
                        .filter(Injection::isAtTheSocket)
                        .anyMatch(mount -> !mount.text("name").orElse("").equals(Sidecar.SOCKET_VOLUME)))
                .findFirst()
                .ifPresent(container -> {
                    throw new MalformedManifestException("container \""
                            + container.text("name").orElse("") + "\" mounts something else at "
                            + Sidecar.SOCKET_FOLDER
                            + ", where the socket of the token store has to be; mount that elsewhere, or leave the"
                            + " container out of tokenstore.dev/containers");
                });
    }

    private static boolean isAtTheSocket(YamlMap mount) {
        return mount.text("mountPath").filter(Sidecar.SOCKET_FOLDER::equals).isPresent();
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
        Sidecar.VOLUMES.forEach(volume -> spec.append("volumes", YamlText.part(volume)));
    }

    private static List<YamlMap> withSocket(List<YamlMap> containers, InjectionRequest request) {
        var result = new ArrayList<YamlMap>();
        for (var container : containers) {
            result.add(isChosen(container, request) ? withSocket(container.copy()) : container);
        }
        return result;
    }

    /// An address that the container has already is left alone.
    private static YamlMap withSocket(YamlMap container) {
        if (!container.anyOf("env", "name", Sidecar.ADDRESS_VARIABLE)) {
            container.prepend("env", YamlText.part(Sidecar.ADDRESS));
        }
        if (container.maps("volumeMounts").stream().noneMatch(Injection::isAtTheSocket)) {
            container.append("volumeMounts", YamlText.part(Sidecar.SOCKET_MOUNT));
        }
        return container;
    }
}
