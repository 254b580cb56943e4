package dev.tokenstore.sidecar;

import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Callers of one sidecar that save at the same time, until there is nothing more to save or the sidecar is gone.
final class SavingCallers implements AutoCloseable {
    static final int CALLERS = 8;
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final SaveHistory saves;
    private final TokenStoreServiceBlockingStub sidecar;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Future<?>> callers = new ArrayList<>();
    private final AtomicLong longestRepeatedSave = new AtomicLong();
    private volatile boolean sidecarMayBeGone;

    private SavingCallers(SaveHistory saves, TokenStoreServiceBlockingStub sidecar) {
        this.saves = saves;
        this.sidecar = sidecar;
    }

    static SavingCallers start(SaveHistory saves, TokenStoreServiceBlockingStub sidecar) {
        var started = new SavingCallers(saves, sidecar);
        for (var i = 0; i < CALLERS; i++) {
            started.callers.add(started.threads.submit(started::save));
        }
        return started;
    }

    private void save() {
        for (var next = saves.next(); next.isPresent(); next = saves.next()) {
            var attempt = next.get();
            var request =
                    SaveTokenRequest.newBuilder().setToken(attempt.token()).build();
            var begun = System.nanoTime();
            try {
                saves.acknowledge(
                        attempt,
                        sidecar.withDeadlineAfter(DEADLINE).saveToken(request).getToken());
            } catch (StatusRuntimeException e) {
                if (!sidecarMayBeGone) {
                    throw e;
                }
                saves.interrupt(attempt);
                return;
            }
            if (attempt.isRepeated()) {
                longestRepeatedSave.accumulateAndGet(System.nanoTime() - begun, Math::max);
            }
        }
    }

    /// From now on a call may fail.
    void expectTheEnd() {
        sidecarMayBeGone = true;
    }

    SavingCallers join() throws InterruptedException {
        for (var caller : callers) {
            try {
                caller.get();
            } catch (ExecutionException e) {
                throw new AssertionError("a caller failed", e.getCause());
            }
        }
        return this;
    }

    /// How long the slowest of those saves took that had been interrupted before.
    Duration longestRepeatedSave() {
        return Duration.ofNanos(longestRepeatedSave.get());
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
