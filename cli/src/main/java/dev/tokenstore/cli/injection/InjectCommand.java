package dev.tokenstore.cli.injection;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

    @Override
    public Integer call() {
        var commandLine = spec.commandLine();
        if (!IMAGE.matcher(image).matches()) {
            throw new ParameterException(commandLine, "--image \"" + image + "\" is not the name of an image");
        }
        var sidecar =
                new SidecarContainer(image, Optional.ofNullable(pullPolicy).map(PullPolicy::name));
        var injection = new Injection(
                sidecar, operatorNamespace, warning -> commandLine.getErr().println("tokenstore: warning: " + warning));
        commandLine.getOut().print(injection.inject(manifests()));
        return ExitCode.OK.number();
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
