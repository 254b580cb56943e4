package dev.tokenstore.sidecar.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/// Refuses calls while too many are under way, before their message is read. A call is under way until its work has
/// ended, also when its caller has given up.
final class CallLimit implements ServerInterceptor {
    private final int limit;
    private final Semaphore places;

    CallLimit(int limit) {
        this.limit = limit;
        this.places = new Semaphore(limit);
    }

    int callsUnderWay() {
        return limit - places.availablePermits();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        if (!places.tryAcquire()) {
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
                    places.release();
                }
            }
        };
    }
}
