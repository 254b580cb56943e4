package dev.tokenstore.system;

import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.FindTokenResponse;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;

/// An app as users write one: it saves a user's token at `TOKENSTORE_ADDRESS`, or finds it. A refusal is its last line.
///
/// It runs in pods, from the image of [TokenAppImage].
final class TokenApp {
    private static final int PATIENCE_SECONDS = 30;

    private TokenApp() {}

    /// usage: save USER REFRESH_TOKEN | find USER | keep USER REFRESH_TOKEN, which saves and then finds every second
    public static void main(String... arguments) throws InterruptedException {
        try (var connection = SidecarConnection.open()) {
            var sidecar = connection.stub().withWaitForReady();
            switch (arguments[0]) {
                case "save" -> System.out.println(save(patient(sidecar), arguments[1], arguments[2]));
                case "find" -> System.out.println(find(patient(sidecar), arguments[1]));
                case "keep" -> {
                    System.out.println(save(patient(sidecar), arguments[1], arguments[2]));
                    while (true) {
                        System.out.println(find(patient(sidecar), arguments[1]));
                        TimeUnit.SECONDS.sleep(1);
                    }
                }
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        } catch (StatusRuntimeException e) {
            System.out.println(e.getStatus().getCode() + ": " + e.getStatus().getDescription());
            System.exit(1);
        }
    }

    private static TokenStoreServiceBlockingStub patient(TokenStoreServiceBlockingStub sidecar) {
        return sidecar.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static String save(TokenStoreServiceBlockingStub sidecar, String user, String refreshToken) {
        var token = Token.newBuilder().setUserSignature(user).setRefreshToken(refreshToken);
        return "saved "
                + sidecar.saveToken(
                                SaveTokenRequest.newBuilder().setToken(token).build())
                        .getToken()
                        .getId();
    }

    /// Tells the length of the refresh token instead of the token: this is what the pod's log will hold.
    private static String find(TokenStoreServiceBlockingStub sidecar, String user) {
        var request = FindTokenRequest.newBuilder()
                .setToken(Token.newBuilder().setUserSignature(user))
                .build();
        FindTokenResponse found;
        try {
            found = sidecar.findToken(request);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
                throw e;
            }
            // as all clients do: the sidecar may have ended during the call
            found = sidecar.findToken(request);
        }
        return found.hasToken()
                ? "found " + found.getToken().getId() + " with "
                        + found.getToken().getRefreshToken().length()
                : "nothing found";
    }
}
