package dev.tokenstore.system;

import com.sun.net.httpserver.HttpServer;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// An app as users run one for long: it saves and finds tokens as HTTP asks it to, with one client for all of its life.
///
/// `/save/USER` and `/find/USER` answer with the token's id, `/readyz` answers always. A call that fails is a 503 with
/// its status. It runs in pods, from the image of [TokenAppImage].
final class TokenWebApp {
    static final int PORT = 8080;
    static final String REFRESH_TOKEN = "fixture-secret-refresh-token";

    private static final int PATIENCE_SECONDS = 10;
    private static final int LAST_WORK_SECONDS = 3;

    private final TokenStoreServiceBlockingStub sidecar;

    private TokenWebApp(TokenStoreServiceBlockingStub sidecar) {
        this.sidecar = sidecar;
    }

    /// usage: [USER], whose token it saves when it is told to end, after some seconds of other work
    public static void main(String... arguments) throws IOException {
        var app = new TokenWebApp(SidecarConnection.open().stub());
        if (arguments.length > 0) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> app.finishWorkOf(arguments[0])));
        }
        app.serve();
    }

    private void serve() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(PORT), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            try (exchange) {
                var answer = answerTo(exchange.getRequestURI().getPath());
                var body = answer.text().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(answer.status(), body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
    }

    private record Answer(int status, String text) {}

    private Answer answerTo(String path) {
        var words = path.split("/");
        try {
            return switch (words[1]) {
                case "save" -> new Answer(200, save(words[2]));
                case "find" -> new Answer(200, find(words[2]));
                case "readyz" -> new Answer(200, "ok");
                default -> new Answer(404, "not found");
            };
        } catch (StatusRuntimeException e) {
            return new Answer(
                    503, e.getStatus().getCode() + ": " + e.getStatus().getDescription());
        }
    }

    private void finishWorkOf(String user) {
        try {
            TimeUnit.SECONDS.sleep(LAST_WORK_SECONDS);
            System.out.println("saved " + save(user));
        } catch (StatusRuntimeException e) {
            System.out.println("not saved: " + e.getStatus());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String save(String user) {
        var token = Token.newBuilder().setUserSignature(user).setRefreshToken(REFRESH_TOKEN);
        return patient()
                .saveToken(SaveTokenRequest.newBuilder().setToken(token).build())
                .getToken()
                .getId();
    }

    /// The id alone, and only if the token is the one that was saved: the answer may end in a log.
    private String find(String user) {
        var found = patient()
                .findToken(FindTokenRequest.newBuilder()
                        .setToken(Token.newBuilder().setUserSignature(user))
                        .build());
        if (!found.hasToken()) {
            return "nothing";
        }
        return found.getToken().getRefreshToken().equals(REFRESH_TOKEN)
                ? found.getToken().getId()
                : "another token";
    }

    private TokenStoreServiceBlockingStub patient() {
        return sidecar.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}
