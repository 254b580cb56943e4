package dev.tokenstore.cli.check;

import static dev.tokenstore.cli.ExitCode.FAILED;
import static dev.tokenstore.cli.ExitCode.UNREACHABLE;

import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreException;
import dev.tokenstore.client.TokenStoreClient;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/// Asks a sidecar whether it is there and well, and through it the store.
public final class SidecarCheck {
    private static final String SERVICE = "tokenstore.v1.TokenStoreService";
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private final TokenStoreClient client;
    private final StoreAccess store;

    /// Checks one sidecar.
    ///
    /// @param client the client of the sidecar
    /// @param store the same sidecar's store
    public SidecarCheck(TokenStoreClient client, StoreAccess store) {
        this.client = client;
        this.store = store;
    }

    /// In the order in which one depends on the other; ends where the next makes no sense.
    public List<Finding> run() {
        var findings = new ArrayList<Finding>();
        try {
            var process = health("");
            findings.add(
                    process == ServingStatus.SERVING
                            ? Finding.ok("sidecar", "answers at " + client.address())
                            : Finding.failed(
                                    "sidecar", "the process at " + client.address() + " is " + process, FAILED));
            findings.add(readiness(health(SERVICE)));
        } catch (StatusRuntimeException e) {
            findings.add(unreachable(e));
            return findings;
        }
        findings.add(answerOf("store"));
        return findings;
    }

    private ServingStatus health(String service) {
        var request = HealthCheckRequest.newBuilder().setService(service).build();
        return HealthGrpc.newBlockingStub(client.channel())
                .withDeadlineAfter(LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .check(request)
                .getStatus();
    }

    private Finding unreachable(StatusRuntimeException e) {
        var code = e.getStatus().getCode();
        if (code == Status.Code.UNIMPLEMENTED || code == Status.Code.NOT_FOUND) {
            return Finding.failed(
                    "sidecar",
                    "what answers at " + client.address() + " is no token store sidecar; give another --address",
                    UNREACHABLE);
        }
        // asked once more, for the sentence that an app would see
        return answerOf("sidecar");
    }

    private static Finding readiness(ServingStatus status) {
        if (status == ServingStatus.SERVING) {
            return Finding.ok("health", "ready");
        }
        return Finding.failed(
                "health",
                "the sidecar runs but is not ready: its store has not answered since it started, or it is stopping; the"
                        + " next line, /readyz and its log say why",
                FAILED);
    }

    /// Asks for a token that is not there, which takes the way that every read takes.
    private Finding answerOf(String check) {
        var begin = System.nanoTime();
        try {
            var found = store.findById("tokenstore-check-" + UUID.randomUUID());
            var took = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            return found.isEmpty()
                    ? Finding.ok(check, "reads work; one took " + took + " ms")
                    : Finding.failed(check, "a token was found that nobody saved; report this", FAILED);
        } catch (StoreException e) {
            return Finding.failed(check, String.valueOf(e.getMessage()), e.exitCode());
        }
    }
}
