package dev.tokenstore.sidecar.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/// Refuses calls while too many are in flight, before their message is read. A call is in flight until its work has
/// ended, even if its caller has left.
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
        if (!permits.tryAcquire()) {
            var refusal = CallErrors.overloaded(limit);
            var trailers = Status.trailersFromThrowable(refusal);
            call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
            return new ServerCall.Listener<>() {};
        }
        var released = new AtomicBoolean();
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            @Override
            public void onComplete() {
                release();
                super.onComplete();
            }

            @Override
            public void onCancel() {
                release();
                super.onCancel();
            }

            private void release() {
                if (released.compareAndSet(false, true)) {
                    permits.release();
                }
            }
        };
    }
}
