package dev.tokenstore.cli.check;

import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.cli.output.OutputFormat;
import dev.tokenstore.cli.output.OutputOptions;
import dev.tokenstore.cli.output.Printable;
import dev.tokenstore.cli.output.StructuredOutput;
import dev.tokenstore.cli.output.Table;
import dev.tokenstore.cli.store.StoreOptions;
import dev.tokenstore.runtime.program.ProgramVersion;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Checks whether a store can be used.
@Command(
        name = "check",
        description =
                "Checks whether the store can be reached, whether you may use it and whether it is ready, and says"
                        + " what to do where it is not. Changes nothing. The exit code is that of the first check that failed.%n")
public final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() {
        var findings = new ArrayList<Finding>();
        findings.add(Finding.ok("client", "tokenstore " + ProgramVersion.of(CheckCommand.class)));
        findings.addAll(
                switch (options.target(spec.commandLine().getErr())) {
                    case StoreOptions.Target.Sidecar sidecar -> {
                        try (var client = sidecar.client()) {
                            yield new SidecarCheck(client).run();
                        }
                    }
                    case StoreOptions.Target.Cluster cluster ->
                        new ClusterCheck(cluster.config(), cluster.namespace(), cluster.name()).run();
                });
        print(findings, spec.commandLine().getOut());
        return findings.stream()
                .filter(finding -> finding.result() == Finding.Result.FAILED)
                .findFirst()
                .map(Finding::exitCode)
                .orElse(ExitCode.OK)
                .number();
    }

    private void print(List<Finding> findings, PrintWriter out) {
        if (output.format() != OutputFormat.TABLE) {
            StructuredOutput.print(
                    output.format(),
                    out,
                    findings.stream().map(Finding::properties).iterator());
            return;
        }
        try (var table = new Table(out, "RESULT", "CHECK", "DETAIL")) {
            findings.forEach(
                    finding -> table.row(finding.resultText(), finding.check(), Printable.of(finding.detail())));
        }
    }
}
