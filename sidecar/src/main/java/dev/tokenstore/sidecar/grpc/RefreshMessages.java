package dev.tokenstore.sidecar.grpc;

import dev.tokenstore.proto.v1.Claim;
import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.ReportRejectedResponse.Outcome;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.store.HeldClaim;
import dev.tokenstore.store.SaveCondition;
import dev.tokenstore.store.refresh.RefreshRequest;
import dev.tokenstore.store.refresh.RejectionOutcome;
import dev.tokenstore.store.token.InvalidTokenException;
import io.grpc.Context;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// What calls say about refreshes, as messages and back.
final class RefreshMessages {
    private static final Duration LONGEST_MIN_VALID_FOR = Duration.ofHours(1);
    private static final int MAX_TEXT = 64;

    /// Every call has a deadline; this one is for tests that call the service without the server.
    private static final Duration NO_DEADLINE = Duration.ofSeconds(20);

    private RefreshMessages() {}

    static RefreshRequest requestOf(FindTokenRequest request) {
        return requestOf(request.getMinValidFor(), request.getRequestId(), request.getAbandonedClaim());
    }

    static RefreshRequest requestOf(FindTokenByIdRequest request) {
        return requestOf(request.getMinValidFor(), request.getRequestId(), request.getAbandonedClaim());
    }

    private static RefreshRequest requestOf(
            com.google.protobuf.Duration minValidFor, String requestId, String abandonedClaim) {
        var deadline = Context.current().getDeadline();
        return new RefreshRequest(
                durationOf(minValidFor),
                textOf("request_id", requestId),
                textOf("abandoned_claim", abandonedClaim),
                CallRecorder.connection(),
                deadline == null ? NO_DEADLINE : Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)),
                CallLimit.waitsOfCurrentCall());
    }

    private static Duration durationOf(com.google.protobuf.Duration minValidFor) {
        var length = Duration.ZERO.plusSeconds(minValidFor.getSeconds()).plusNanos(minValidFor.getNanos());
        if (length.isNegative() || length.compareTo(LONGEST_MIN_VALID_FOR) > 0) {
            throw new InvalidTokenException("min_valid_for is not between 0 and one hour");
        }
        return length;
    }

    private static Optional<String> textOf(String field, String text) {
        if (text.length() > MAX_TEXT) {
            throw new InvalidTokenException(field + " is longer than " + MAX_TEXT + " characters");
        }
        return Optional.of(text).filter(Predicate.not(String::isEmpty));
    }

    static SaveCondition conditionOf(SaveTokenRequest request) {
        var claim = request.getClaim();
        return new SaveCondition(
                Optional.of(request.getExpectedVersion()).filter(Predicate.not(String::isEmpty)),
                claim.getNonce().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new HeldClaim(claim.getNonce(), claim.getVersion())));
    }

    static Claim messageOf(HeldClaim claim) {
        return Claim.newBuilder()
                .setNonce(claim.nonce())
                .setVersion(claim.version())
                .build();
    }

    static Outcome messageOf(RejectionOutcome outcome) {
        return switch (outcome) {
            case EXPIRED -> Outcome.EXPIRED;
            case NOT_STORED -> Outcome.NOT_STORED;
            case TOO_NEW -> Outcome.TOO_NEW;
            case TOO_MANY -> Outcome.TOO_MANY;
        };
    }
}
