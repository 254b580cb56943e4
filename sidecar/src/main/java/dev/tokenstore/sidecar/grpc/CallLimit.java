package dev.tokenstore.sidecar.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/// Refuses calls while too many are in flight. A call takes its place when its message is there, so that one whose
/// message never comes takes none; it is in flight until its work has ended, even if its caller has left.
final class CallLimit implements ServerInterceptor {
    private final int limit;
    private final Semaphore permits;

    CallLimit(int limit) {
        this.limit = limit;
        this.permits = new Semaphore(limit);
    }

    int callsInFlight() {
        return limit - permits.availablePermits();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            private final AtomicBoolean hasPlace = new AtomicBoolean();
            private boolean isRefused;

            @Override
            public void onMessage(Q message) {
                if (takePlace()) {
                    super.onMessage(message);
                } else if (!isRefused) {
                    isRefused = true;
                    var refusal = CallErrors.overloaded(limit);
                    var trailers = Status.trailersFromThrowable(refusal);
                    call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
                }
            }

            @Override
            public void onHalfClose() {
                if (!isRefused) {
                    super.onHalfClose();
                }
            }

            @Override
            public void onComplete() {
                giveBackPlace();
                super.onComplete();
            }

            @Override
            public void onCancel() {
                giveBackPlace();
                super.onCancel();
            }

            private boolean takePlace() {
                if (isRefused) {
                    return false;
                }
                if (!hasPlace.get() && permits.tryAcquire()) {
                    hasPlace.set(true);
                }
                return hasPlace.get();
            }

            private void giveBackPlace() {
                if (hasPlace.compareAndSet(true, false)) {
                    permits.release();
                }
            }
        };
    }
}
