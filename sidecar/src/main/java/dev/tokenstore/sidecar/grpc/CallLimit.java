package dev.tokenstore.sidecar.grpc;

import dev.tokenstore.store.refresh.RefreshRequest;
import io.grpc.Context;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/// Refuses calls while too many are in flight. A call takes its place when its message is there, so that one whose
/// message never comes takes none; it is in flight until its work has ended, even if its caller has left. A call that
/// waits for another caller's refresh gives its place back, and is answered later without one.
///
/// Must come before the interceptor that gives a call its context: it attaches its own only while the call starts, and
/// contexts derived then keep its value.
final class CallLimit implements ServerInterceptor {
    private static final Context.Key<Place> CURRENT = Context.key("place");

    private final int limit;
    private final Semaphore permits;

    CallLimit(int limit) {
        this.limit = limit;
        this.permits = new Semaphore(limit);
    }

    int callsInFlight() {
        return limit - permits.availablePermits();
    }

    /// Gives the place of the current call back when the call begins to wait.
    static RefreshRequest.WaitListener waitsOfCurrentCall() {
        var place = CURRENT.get();
        return place == null ? RefreshRequest.WaitListener.NONE : place;
    }

    /// The place of one call.
    private final class Place implements RefreshRequest.WaitListener {
        private final AtomicBoolean isTaken = new AtomicBoolean();

        boolean take() {
            if (!isTaken.get() && permits.tryAcquire()) {
                isTaken.set(true);
            }
            return isTaken.get();
        }

        void giveBack() {
            if (isTaken.compareAndSet(true, false)) {
                permits.release();
            }
        }

        @Override
        public void begun() {
            giveBack();
        }

        @Override
        public void ended() {}
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var place = new Place();
        var context = Context.current().withValue(CURRENT, place);
        var previous = context.attach();
        try {
            return limited(call, next.startCall(call, headers), place);
        } finally {
            context.detach(previous);
        }
    }

    private <Q, R> ServerCall.Listener<Q> limited(ServerCall<Q, R> call, ServerCall.Listener<Q> listener, Place place) {
        return new SimpleForwardingServerCallListener<>(listener) {
            private boolean isRefused;

            @Override
            public void onMessage(Q message) {
                if (!isRefused && place.take()) {
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
                place.giveBack();
                super.onComplete();
            }

            @Override
            public void onCancel() {
                place.giveBack();
                super.onCancel();
            }
        };
    }
}
