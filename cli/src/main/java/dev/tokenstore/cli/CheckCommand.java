package dev.tokenstore.cli;

import dev.tokenstore.cli.check.ClusterCheck;
import dev.tokenstore.cli.check.Finding;
import dev.tokenstore.cli.check.SidecarCheck;
import dev.tokenstore.cli.output.FindingOutput;
import dev.tokenstore.cli.store.StoreOptions;
import dev.tokenstore.cli.store.StoreTarget;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Says whether a store can be used.
@Command(
        name = "check",
        description = "Says whether the store can be reached, whether you may use it and whether it is well, and where"
                + " not what to do. Changes nothing. The exit code is that of the first check that failed.%n")
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() {
        var commandLine = spec.commandLine();
        var findings = new ArrayList<Finding>();
        findings.add(new Finding(
                "client", Finding.Result.OK, "tokenstore " + TokenstoreCommand.Version.text(), ExitCode.OK));
        findings.addAll(check(options.target(), commandLine.getErr()));
        new FindingOutput(output.format(), commandLine.getOut()).print(findings);
        return findings.stream()
                .filter(finding -> finding.result() == Finding.Result.FAILED)
                .findFirst()
                .map(Finding::exitCode)
                .orElse(ExitCode.OK)
                .number();
    }

    private static List<Finding> check(StoreTarget target, PrintWriter err) {
        return switch (target) {
            case StoreTarget.Sidecar sidecar -> {
                try (var store = sidecar.open(err)) {
                    yield new SidecarCheck(sidecar.client(), store).run();
                }
            }
            case StoreTarget.Cluster cluster ->
                new ClusterCheck(cluster.config(), cluster.namespace(), cluster.name()).run();
        };
    }
}
