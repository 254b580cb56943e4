package dev.tokenstore.sidecar.grpc;

import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Supplier;

/// The health service for a kubelet. While the store has not answered, a check of the token store service fails with a
/// message that says why, because the kubelet copies it into the pod's event. The protocol's `NOT_SERVING` has no
/// message, and of an HTTP probe the event has only the status. Watches are not served.
final class ProbeHealthService extends HealthGrpc.HealthImplBase {
    private final Supplier<Optional<String>> whyNotReady;

    ProbeHealthService(Supplier<Optional<String>> whyNotReady) {
        this.whyNotReady = whyNotReady;
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
        var failure = switch (request.getService()) {
            case "" -> Optional.<Status>empty();
            case TokenStoreServiceGrpc.SERVICE_NAME -> whyNotReady.get().map(Status.UNAVAILABLE::withDescription);
            default -> Optional.of(Status.NOT_FOUND.withDescription("unknown service"));
        };
        if (failure.isPresent()) {
            observer.onError(failure.get().asRuntimeException());
            return;
        }
        observer.onNext(HealthCheckResponse.newBuilder()
                .setStatus(ServingStatus.SERVING)
                .build());
        observer.onCompleted();
    }
}
