package dev.tokenstore.system;

import dev.tokenstore.testing.node.NodeCondition;
import dev.tokenstore.testing.server.KubernetesUnavailableException;

/// Says on the console where the system tests run their pods, or why they are skipped.
///
/// The build runs it before them: the output of tests goes to files, and nobody should take a skipped test for a passed
/// one.
final class CheckCluster {
    private CheckCluster() {}

    /// Takes no arguments; ends with code 1 and one message where pods have to run and cannot.
    public static void main(String... arguments) {
        try {
            check(ChosenCluster.ofThisProcess());
        } catch (KubernetesUnavailableException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void check(PodCluster.Source source) {
        var verdict = NodeCondition.judge(source.obstacle());
        if (verdict.isDisabled()) {
            System.out.println(
                    "The system tests are SKIPPED. " + verdict.getReason().orElse(""));
            return;
        }
        source.fetch();
        System.out.println("The system tests run their pods " + source.description() + ".");
    }
}
