package dev.tokenstore.sidecar.grpc;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The response to a call, sent exactly once: what its work returned or threw, unless the call is cancelled or its
/// deadline passes first. Then an error is sent at once, and the working thread is interrupted.
final class CallResponse<T> implements Context.CancellationListener {
    private final StreamObserver<T> responses;
    private final AtomicBoolean sent = new AtomicBoolean();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread worker;

    CallResponse(StreamObserver<T> responses) {
        this.responses = responses;
    }

    /// Does the work on this thread, in the current context, and ends the stream exactly once.
    void send(Supplier<T> work) {
        var context = Context.current();
        setWorker(Thread.currentThread());
        context.addListener(this, Runnable::run);
        T response;
        try {
            response = work.get();
        } catch (RuntimeException e) {
            fail(e);
            return;
        } finally {
            context.removeListener(this);
            setWorker(null);
        }
        if (sent.compareAndSet(false, true)) {
            responses.onNext(response);
            responses.onCompleted();
        }
    }

    @Override
    public void cancelled(Context context) {
        fail(
                context.cancellationCause() instanceof TimeoutException
                        ? CallErrors.deadlineExceeded()
                        : CallErrors.cancelled());
        lock.lock();
        try {
            if (worker != null) {
                worker.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void fail(RuntimeException failure) {
        if (sent.compareAndSet(false, true)) {
            responses.onError(CallErrors.of(failure));
        }
    }

    private void setWorker(@Nullable Thread thread) {
        lock.lock();
        try {
            worker = thread;
        } finally {
            lock.unlock();
        }
    }
}
