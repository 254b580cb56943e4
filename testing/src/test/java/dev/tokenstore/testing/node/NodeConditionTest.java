package dev.tokenstore.testing.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tokenstore.testing.server.KubernetesUnavailableException;
import dev.tokenstore.testing.server.TestEnvironment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeConditionTest {
    private static final TestEnvironment AT_HOME = TestEnvironment.of(Map.of(), Path.of("/home"));
    private static final TestEnvironment IN_CI = TestEnvironment.of(Map.of("CI", "true"), Path.of("/home"));

    @Test
    void testsRunWhereNothingIsInTheWay() {
        assertThat(NodeCondition.judge(Optional.empty(), AT_HOME).isDisabled()).isFalse();
        assertThat(NodeCondition.judge(Optional.empty(), IN_CI).isDisabled()).isFalse();
    }

    @Test
    void testsAreSkippedForAReason() {
        var result = NodeCondition.judge(Optional.of("It needs root."), AT_HOME);

        assertThat(result.isDisabled()).isTrue();
        assertThat(result.getReason()).contains("It needs root.");
    }

    @Test
    void testsFailInContinuousIntegration() {
        assertThatExceptionOfType(KubernetesUnavailableException.class)
                .isThrownBy(() -> NodeCondition.judge(Optional.of("It needs root."), IN_CI))
                .withMessage("It needs root.");
    }
}
