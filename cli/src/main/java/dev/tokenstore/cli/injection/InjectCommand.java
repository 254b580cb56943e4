package dev.tokenstore.cli.injection;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Prints manifests with the sidecar in their pods.
@Command(
        name = "inject",
        description = "Prints manifests with the sidecar in the pods that have the annotation tokenstore.dev/store. For"
                + " clusters whose chart cannot do it by policy (before Kubernetes 1.36); asks no cluster.%n")
public final class InjectCommand implements Callable<Integer> {
    private static final String NONE = "none";
    private static final Pattern USER = Pattern.compile("[1-9][0-9]{0,9}");
    private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/:@-]*");

    /// When Kubernetes pulls an image.
    enum PullPolicy {
        Always,
        IfNotPresent,
        Never
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-f", "--filename"},
            required = true,
            paramLabel = "FILE",
            description = "the manifests, YAML or JSON; - is the standard input")
    private String file = "-";

    @Option(
            names = "--image",
            paramLabel = "IMAGE",
            description = "the sidecar's image, with your registry; " + SidecarContainer.SHIPPED_IMAGE + " if unset")
    private String image = SidecarContainer.SHIPPED_IMAGE;

    @Option(
            names = "--image-pull-policy",
            paramLabel = "POLICY",
            description = "Always, IfNotPresent or Never; as Kubernetes does by the image's tag if unset")
    private @Nullable PullPolicy pullPolicy;

    @Option(
            names = "--operator-namespace",
            paramLabel = "NAME",
            description = "where the operator is, whose pods are left alone; oauth-token-store if unset")
    private String operatorNamespace = "oauth-token-store";

    @Option(
            names = "--run-as-user",
            paramLabel = "ID",
            description =
                    "user and group of the sidecar; none if the cluster assigns them, as OpenShift does; 65532 if unset")
    private String user = "65532";

    @Option(
            names = "--cpu-request",
            paramLabel = "QUANTITY",
            description =
                    "for pods without the annotation tokenstore.dev/cpu-request; none for no request; 10m if unset")
    private String cpuRequest = "10m";

    @Option(names = "--cpu-limit", paramLabel = "QUANTITY", description = "likewise; none if unset")
    private String cpuLimit = NONE;

    @Option(names = "--memory-request", paramLabel = "QUANTITY", description = "likewise; 64Mi if unset")
    private String memoryRequest = "64Mi";

    @Option(names = "--memory-limit", paramLabel = "QUANTITY", description = "likewise; 192Mi if unset")
    private String memoryLimit = "192Mi";

    @Option(
            names = "--strict",
            description = "fail if an annotation of tokenstore.dev/ has no effect, instead of a warning")
    private boolean strict;

    @Override
    public Integer call() {
        var commandLine = spec.commandLine();
        if (!IMAGE.matcher(image).matches()) {
            throw new ParameterException(commandLine, "--image \"" + image + "\" is not the name of an image");
        }
        var sidecar =
                new SidecarContainer(image, Optional.ofNullable(pullPolicy).map(PullPolicy::name), user(), resources());
        var withoutEffect = new ArrayList<String>();
        var injection = new Injection(sidecar, operatorNamespace, this::warn, withoutEffect::add);
        var injected = injection.inject(manifests());
        withoutEffect.forEach(this::warn);
        if (strict && !withoutEffect.isEmpty()) {
            throw CommandException.failed(
                    "an annotation has no effect, as the warnings say, and with --strict no manifest is"
                            + " printed then; correct it, or leave --strict out");
        }
        commandLine.getOut().print(injected);
        return ExitCode.OK.number();
    }

    private void warn(String warning) {
        spec.commandLine().getErr().println("tokenstore: warning: " + warning);
    }

    private Optional<Long> user() {
        if (user.equals(NONE)) {
            return Optional.empty();
        }
        if (!USER.matcher(user).matches() || Long.parseLong(user) > Integer.MAX_VALUE) {
            throw new ParameterException(
                    spec.commandLine(), "--run-as-user \"" + user + "\" is no user id above 0, and not none");
        }
        return Optional.of(Long.valueOf(user));
    }

    private Map<String, String> resources() {
        var resources = new HashMap<String, String>();
        var options = Map.of(
                InjectionRequest.CPU_REQUEST, cpuRequest,
                InjectionRequest.CPU_LIMIT, cpuLimit,
                InjectionRequest.MEMORY_REQUEST, memoryRequest,
                InjectionRequest.MEMORY_LIMIT, memoryLimit);
        options.forEach((annotation, quantity) -> {
            if (!quantity.equals(NONE) && !InjectionRequest.isQuantity(quantity)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--" + annotation.substring(InjectionRequest.PREFIX.length()) + " \"" + quantity
                                + "\" is no quantity, such as 50m for cpu or 96Mi for memory, and not none");
            }
            if (!quantity.equals(NONE)) {
                resources.put(annotation, quantity);
            }
        });
        return resources;
    }

    private String manifests() {
        try {
            var bytes = file.equals("-") ? System.in.readAllBytes() : Files.readAllBytes(Path.of(file));
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw CommandException.failed(
                    "cannot read " + file + "; name a file that is there, or - for standard input", e);
        }
    }
}
