package dev.tokenstore.cli.check;

import static dev.tokenstore.cli.output.ExitCode.FAILED;
import static dev.tokenstore.cli.output.ExitCode.UNREACHABLE;

import dev.tokenstore.cli.store.StoreException;
import dev.tokenstore.client.StatusCode;
import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.client.TokenStoreClient.ServingStatus;
import dev.tokenstore.client.TokenStoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Checks whether a sidecar can be reached and is ready, and whether reads through it work.
record SidecarCheck(TokenStoreClient client) {
    private static final String SERVICE = "tokenstore.v1.TokenStoreService";
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /// Returns the findings, each of which depends on those before it; ends where the next check makes no sense.
    List<Finding> run() {
        var findings = new ArrayList<Finding>();
        try {
            var process = client.checkHealth("", LIMIT);
            findings.add(
                    process == ServingStatus.SERVING
                            ? Finding.ok("sidecar", "answers at " + client.address())
                            : Finding.failed(
                                    "sidecar", "the process at " + client.address() + " is " + process, FAILED));
            findings.add(readiness(client.checkHealth(SERVICE, LIMIT)));
        } catch (TokenStoreException e) {
            findings.add(unreachable(e));
            return findings;
        }
        findings.add(read("store"));
        return findings;
    }

    private Finding unreachable(TokenStoreException e) {
        if (e.status() == StatusCode.UNIMPLEMENTED || e.status() == StatusCode.NOT_FOUND) {
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
