package dev.tokenstore.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoundedExecutorTest {
    @Test
    void runsAsManyTasksAtOnceAsItMayAndNoMore() throws InterruptedException {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var all = new CyclicBarrier(3);

        try (var executor = new BoundedExecutor(3)) {
            executor.map(IntStream.range(0, 30).boxed().toList(), number -> {
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                meet(all);
                running.decrementAndGet();
                return number;
            });
        }

        assertThat(most).hasValue(3);
    }

    @Test
    void beginsTasksInTheOrderOfTheItems() throws InterruptedException {
        var begun = new CopyOnWriteArrayList<Integer>();

        try (var executor = new BoundedExecutor(1)) {
            executor.map(IntStream.range(0, 100).boxed().toList(), begun::add);
        }

        assertThat(begun).isSorted().hasSize(100);
    }

    @Test
    void returnsResultsInTheOrderOfTheItems() throws InterruptedException {
        try (var executor = new BoundedExecutor(4)) {
            assertThat(executor.map(List.of(3, 1, 2), number -> number * 10)).containsExactly(30, 10, 20);
        }
    }

    @Test
    void throwsTheFirstFailureAfterAllTasksHaveEnded() {
        var ended = new AtomicInteger();

        try (var executor = new BoundedExecutor(1)) {
            assertThatThrownBy(() -> executor.map(List.of("a", "b", "c"), name -> {
                        ended.incrementAndGet();
                        throw new IllegalStateException(name);
                    }))
                    .hasMessage("a");
        }

        assertThat(ended).hasValue(3);
    }

    @Test
    void closingEndsTheTasksThatRunAndThoseThatWait() throws Exception {
        var executor = new BoundedExecutor(1);
        var begun = new CountDownLatch(1);
        var failure = CompletableFuture.supplyAsync(() -> {
            try {
                return executor.map(List.of(1, 2, 3), number -> {
                            begun.countDown();
                            return sleep();
                        })
                        .toString();
            } catch (InterruptedException e) {
                return "interrupted";
            }
        });
        begun.await();

        executor.close();

        assertThat(failure.get(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
    }

    @Test
    void aTaskOnTheCallersThreadCountsToo() throws InterruptedException {
        try (var executor = new BoundedExecutor(1)) {
            var caller = Thread.currentThread();

            assertThat(executor.run(Thread::currentThread)).isSameAs(caller);
        }
    }

    private static boolean sleep() {
        try {
            Thread.sleep(Duration.ofMinutes(1));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
