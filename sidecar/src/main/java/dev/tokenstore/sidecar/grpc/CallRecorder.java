package dev.tokenstore.sidecar.grpc;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Reports every call to a [CallListener], exactly once.
///
/// Must come before the interceptor that gives a call its context: it attaches its own only while the call starts, and
/// contexts derived then keep its value.
final class CallRecorder implements ServerInterceptor {
    private static final Context.Key<RecordedCall<?, ?>> CURRENT = Context.key("recorded call");

    private final CallListener listener;
    private final Map<MethodDescriptor<?, ?>, String> names = new ConcurrentHashMap<>();

    CallRecorder(CallListener listener) {
        this.listener = listener;
    }

    /// Records which row the current call returns.
    static void recordRow(String row) {
        var call = CURRENT.get();
        if (call != null) {
            call.row = row;
        }
    }

    /// The identity of the connection of the current call.
    static Object connection() {
        var call = CURRENT.get();
        return call == null ? Attributes.EMPTY : ConnectionIdentity.of(call.getAttributes());
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        var recorded = new RecordedCall<>(call);
        var context = Context.current().withValue(CURRENT, recorded);
        var previous = context.attach();
        try {
            return new SimpleForwardingServerCallListener<>(next.startCall(recorded, headers)) {
                @Override
                public void onCancel() {
                    recorded.report(Status.Code.CANCELLED);
                    super.onCancel();
                }
            };
        } finally {
            context.detach(previous);
        }
    }

    private static String bareName(MethodDescriptor<?, ?> method) {
        return Optional.ofNullable(method.getBareMethodName()).orElse("unknown");
    }

    private final class RecordedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
        private final long begin = System.nanoTime();
        private final AtomicBoolean isReported = new AtomicBoolean();
        private volatile @Nullable String row;

        RecordedCall(ServerCall<Q, R> call) {
            super(call);
        }

        void report(Status.Code status) {
            if (isReported.compareAndSet(false, true)) {
                listener.answered(new CallListener.AnsweredCall(
                        names.computeIfAbsent(getMethodDescriptor(), CallRecorder::bareName),
                        status.name(),
                        Duration.ofNanos(System.nanoTime() - begin),
                        Optional.ofNullable(row)));
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            report(status.getCode());
            super.close(status, trailers);
        }
    }
}
