package dev.tokenstore.testing.node;

import dev.tokenstore.testing.server.KubernetesUnavailableException;
import dev.tokenstore.testing.server.TestEnvironment;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// JUnit condition of tests that start a [KubernetesNode]: they are skipped where none can be made, and fail where
/// one has to be: with `CI=true` in the environment.
public final class NodeCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return judge(KubernetesNode.obstacle());
    }

    /// What follows for tests that run pods from what keeps pods from running.
    ///
    /// @throws KubernetesUnavailableException with that reason, where pods have to run
    public static ConditionEvaluationResult judge(Optional<String> obstacle) {
        return judge(obstacle, TestEnvironment.ofThisProcess());
    }

    static ConditionEvaluationResult judge(Optional<String> obstacle, TestEnvironment environment) {
        if (obstacle.isEmpty()) {
            return ConditionEvaluationResult.enabled("pods can run");
        }
        if (environment.nodeRequired()) {
            throw new KubernetesUnavailableException(obstacle.get());
        }
        return ConditionEvaluationResult.disabled(obstacle.get());
    }
}
