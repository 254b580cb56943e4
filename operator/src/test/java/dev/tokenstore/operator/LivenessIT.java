package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.FaultProxy.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LivenessIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void staysAliveWhileTheApiServerIsAway() {
        try (var operator = OperatorUnderTest.notStarted(kubernetes)) {
            var proxy = operator.throughProxy();
            operator.createStore("crm", "{}");
            operator.start();
            operator.awaitReady("crm");
            assertThat(operator.isAlive()).isTrue();

            proxy.misbehave(request -> Fault.DROP_REQUEST);
            proxy.closeStreams();
            await().atMost(PATIENCE).until(() -> operator.openWatches() == 0);

            assertThat(operator.isAlive()).isTrue();
        }
    }

    @Test
    void isNotAliveOnceTheWatchOverStoresHangs() {
        try (var operator = OperatorUnderTest.notStarted(kubernetes)) {
            var proxy = operator.throughProxy();
            operator.createStore("crm", "{}");
            operator.start();
            operator.awaitReady("crm");
            assertThat(operator.isAlive()).isTrue();

            proxy.freezeStreams();
            operator.createStore("unseen", "{}");

            await().atMost(StoreWatchCheck.INTERVAL.multipliedBy(3)).until(() -> !operator.isAlive());
            proxy.closeStreams();
            await().atMost(StoreWatchCheck.INTERVAL.multipliedBy(3)).until(operator::isAlive);
            operator.awaitReady("unseen");
        }
    }

    @Test
    void isNotAliveOnceAnInformerHasStopped() {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            operator.createStore("crm", "{}");
            operator.awaitReady("crm");

            operator.stopInformers();

            assertThat(operator.isAlive()).isFalse();
        }
    }
}
