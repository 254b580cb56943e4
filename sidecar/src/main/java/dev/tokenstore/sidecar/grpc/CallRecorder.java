package dev.tokenstore.sidecar.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Reports every call to a [CallListener], exactly once.
final class CallRecorder implements ServerInterceptor {
    private static final Context.Key<AtomicReference<@Nullable String>> ROW = Context.key("row");

    private final CallListener listener;

    CallRecorder(CallListener listener) {
        this.listener = listener;
    }

    /// Notes which row the current call is about.
    static void note(String row) {
        Optional.ofNullable(ROW.get()).ifPresent(noted -> noted.set(row));
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var begin = System.nanoTime();
        var row = new AtomicReference<@Nullable String>();
        var told = new AtomicBoolean();
        var recorded = new SimpleForwardingServerCall<Q, R>(call) {
            void tell(Status.Code status) {
                if (told.compareAndSet(false, true)) {
                    listener.answered(new CallListener.AnsweredCall(
                            Optional.ofNullable(call.getMethodDescriptor().getBareMethodName())
                                    .orElse("unknown"),
                            status.name(),
                            Duration.ofNanos(System.nanoTime() - begin),
                            Optional.ofNullable(row.get())));
                }
            }

            @Override
            public void close(Status status, Metadata trailers) {
                tell(status.getCode());
                super.close(status, trailers);
            }
        };
        var context = Context.current().withValue(ROW, row);
        return new SimpleForwardingServerCallListener<>(Contexts.interceptCall(context, recorded, headers, next)) {
            @Override
            public void onCancel() {
                recorded.tell(Status.Code.CANCELLED);
                super.onCancel();
            }
        };
    }
}
