package dev.tokenstore.operator;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.Project;
import dev.tokenstore.testing.product.OperatorProcess;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The operator as a process, under the account, the options of the JVM and the memory limit that `deploy` gives it.
final class ShippedOperator {
    private static final Pattern LIMIT = Pattern.compile("limits:\\s+memory: (\\S+)");
    private static final Pattern OPTIONS = Pattern.compile("name: JAVA_TOOL_OPTIONS\\s+value: \"([^\"]+)\"");

    private ShippedOperator() {}

    static OperatorProcess start(KubernetesForTests kubernetes, Path folder) {
        var deployment = deployment();
        var limit = Quantity.getAmountInBytes(new Quantity(found(LIMIT, deployment)));
        return OperatorProcess.start(
                List.of("-XX:MaxRAM=" + limit.longValueExact()),
                List.of("--no-leader-election"),
                kubernetes.kubeconfigFor("oauth-token-store", "oauth-token-store-operator"),
                Map.of("JAVA_TOOL_OPTIONS", found(OPTIONS, deployment)),
                folder);
    }

    private static String found(Pattern pattern, String text) {
        var matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("the deployment has no " + pattern);
        }
        return matcher.group(1);
    }

    private static String deployment() {
        try {
            return Files.readString(Project.file("deploy/operator/deployment.yaml"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
