package dev.tokenstore.sidecar.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Gives every call a deadline of this server: a default where the caller set none, else one a little before the
/// caller's own, so that the caller still receives an answer that says why.
final class CallDeadline implements ServerInterceptor {
    /// A response takes that long on a node whose CPUs are taken.
    private static final long LONGEST_MARGIN = TimeUnit.SECONDS.toNanos(1);

    private final Duration unlessSet;
    private final ScheduledExecutorService timer;

    /// @param unlessSet how long a call may take whose caller set no deadline
    CallDeadline(Duration unlessSet, ScheduledExecutorService timer) {
        this.unlessSet = unlessSet;
        this.timer = timer;
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var callers = Context.current().getDeadline();
        var left = callers == null ? unlessSet.toNanos() : before(callers.timeRemaining(TimeUnit.NANOSECONDS));
        var context = Context.current().withDeadlineAfter(left, TimeUnit.NANOSECONDS, timer);
        return new SimpleForwardingServerCallListener<>(Contexts.interceptCall(context, call, headers, next)) {
            @Override
            public void onComplete() {
                super.onComplete();
                context.close();
            }

            @Override
            public void onCancel() {
                super.onCancel();
                context.close();
            }
        };
    }

    private static long before(long nanos) {
        return nanos - Math.min(nanos / 5, LONGEST_MARGIN);
    }
}
