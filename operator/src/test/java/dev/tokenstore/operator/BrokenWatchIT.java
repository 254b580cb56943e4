package dev.tokenstore.operator;

import static dev.tokenstore.operator.OperatorUnderTest.condition;
import static dev.tokenstore.operator.OperatorUnderTest.is;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.FaultProxy.Fault;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A watch that is broken for a minute is no secret.
@Execution(ExecutionMode.CONCURRENT)
class BrokenWatchIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final Duration PATIENCE = Duration.ofSeconds(110);

    @ParameterizedTest
    @ValueSource(strings = {"/secrets", "/rolebindings"})
    void showsAsReadyFalseUntilItIsOpenAgain(String resource) {
        try (var operator = OperatorUnderTest.notStarted(kubernetes)) {
            var proxy = operator.throughProxy();
            operator.start();
            operator.createStore("crm", "{sessionTimeout: 10h}");
            operator.awaitReady("crm");

            proxy.misbehave(request ->
                    request.contains(resource) && request.contains("watch=true") ? Fault.SERVER_ERROR : Fault.NONE);
            proxy.closeStreams();

            await().atMost(PATIENCE).until(() -> is(operator.status("crm"), "Ready", "False"));
            assertThat(condition(operator.status("crm"), "Ready").getReason()).isEqualTo("WatchInterrupted");

            proxy.misbehave(request -> Fault.NONE);

            await().atMost(PATIENCE).until(() -> is(operator.status("crm"), "Ready", "True"));
        }
    }
}
