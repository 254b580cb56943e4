package dev.tokenstore.cli.check;

import static dev.tokenstore.cli.output.ExitCode.FAILED;
import static dev.tokenstore.cli.output.ExitCode.UNREACHABLE;

import dev.tokenstore.cli.store.StoreException;
import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.client.TokenStoreException;
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

/// Checks whether a sidecar can be reached and is ready, and whether reads through it work.
record SidecarCheck(TokenStoreClient client) {
    private static final String SERVICE = "tokenstore.v1.TokenStoreService";
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /// Returns the findings, each of which depends on those before it; ends where the next check makes no sense.
    List<Finding> run() {
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
        findings.add(read("store"));
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
        // a read fails with the message that an app gets
        return read("sidecar");
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

    /// Looks up a token that does not exist.
    private Finding read(String check) {
        var begin = System.nanoTime();
        try {
            client.findTokenById("tokenstore-check-" + UUID.randomUUID());
            return Finding.failed(check, "a token was found that nobody saved; report this", FAILED);
        } catch (TokenStoreException e) {
            if (e.reason().filter("TOKEN_NOT_FOUND"::equals).isEmpty()) {
                return Finding.failed(
                        check,
                        String.valueOf(e.getMessage()),
                        StoreException.of(e).exitCode());
            }
            var took = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            return Finding.ok(check, "reads work; one took " + took + " ms");
        }
    }
}
