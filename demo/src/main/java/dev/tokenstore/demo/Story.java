package dev.tokenstore.demo;

import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.GetTokensRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.testing.process.Polling;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/// A day in the life of a token, told by real calls. Every step checks what came of it.
final class Story {
    private static final String USER = "alice@example.com";
    private static final String CLIENT_SECRET = "demo-client-secret";
    private static final String REFRESH_TOKEN = "demo-refresh-token";
    private static final String ACCESS_TOKEN = "demo-access-token";

    /// What no log may hold.
    static final List<String> SECRETS = List.of(USER, CLIENT_SECRET, REFRESH_TOKEN, ACCESS_TOKEN);

    private static final String SESSION_TIMEOUT = "6s";
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration CLEANUP_WITHIN = Duration.ofSeconds(60);

    /// What another sidecar saved is seen within a second, on a machine that has time.
    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(10);

    private final Terminal terminal;
    private final Sidecar first;
    private final Sidecar second;
    private final StoreInCluster store;
    private final InstantSource clock;

    Story(Terminal terminal, Sidecar first, Sidecar second, StoreInCluster store, InstantSource clock) {
        this.terminal = terminal;
        this.first = first;
        this.second = second;
        this.store = store;
        this.clock = clock;
    }

    /// @throws StepFailedException at the first step that did not hold
    void play() {
        var saved = save();
        findByUser(saved);
        findByIdThroughTheSecondSidecar(saved);
        refresh(saved);
        list();
        endTheSession(saved);
        showStatus();
    }

    private Token save() {
        terminal.heading("1. An app has signed a user in and saves the token");
        terminal.call("SaveToken(user_signature, client_id, client_secret, refresh_token, access_token, expires_in)");
        var token = Token.newBuilder()
                .setUserSignature(USER)
                .setClientId("1000.DEMO")
                .setClientSecret(CLIENT_SECRET)
                .setRefreshToken(REFRESH_TOKEN)
                .setAccessToken(ACCESS_TOKEN + "-1")
                .setExpiresIn(inOneHour())
                .build();
        var saved = first.calls()
                .saveToken(SaveTokenRequest.newBuilder().setToken(token).build())
                .getToken();
        hold(saved.hasId() && saved.hasVersion(), "the reply is the whole token, with its new id " + saved.getId());
        terminal.inCluster(StoreInCluster.described(store.onlySecret()));
        return saved;
    }

    private void findByUser(Token saved) {
        terminal.heading("2. The app starts again and finds the token by its user");
        terminal.call("FindToken(user_signature)");
        var request = FindTokenRequest.newBuilder()
                .setToken(Token.newBuilder().setUserSignature(USER))
                .build();
        var found = first.calls().findToken(request);
        hold(found.hasToken() && found.getToken().equals(saved), "all fields came back as they were saved");
    }

    private void findByIdThroughTheSecondSidecar(Token saved) {
        terminal.heading("3. Another replica has a sidecar of its own and finds the same token by id");
        terminal.call("FindTokenById(id)  at " + second.address());
        hold(byId(second, saved).equals(saved), "no second sign-in, no second refresh");
    }

    private void refresh(Token saved) {
        terminal.heading("4. The access token is refreshed; the app saves the new one, and only that");
        terminal.call("SaveToken(id, access_token, expires_in)");
        var change = Token.newBuilder()
                .setId(saved.getId())
                .setAccessToken(ACCESS_TOKEN + "-2")
                .setExpiresIn(inOneHour())
                .build();
        var refreshed = first.calls()
                .saveToken(SaveTokenRequest.newBuilder().setToken(change).build())
                .getToken();
        hold(
                refreshed.getRefreshToken().equals(saved.getRefreshToken())
                        && !refreshed.getVersion().equals(saved.getVersion()),
                "the refresh token is kept, the version is now " + refreshed.getVersion());
        hold(
                Polling.until(VISIBLE_WITHIN, () -> byId(second, saved).equals(refreshed)),
                "the other replica has the new access token, too");
        terminal.inCluster(StoreInCluster.described(store.onlySecret()));
    }

    private void list() {
        terminal.heading("5. What does the store hold?");
        terminal.call("GetTokens()");
        var page = first.calls().getTokens(GetTokensRequest.getDefaultInstance());
        hold(page.getTokensCount() == 1 && page.getNextPageToken().isEmpty(), "one token, on one page");
    }

    private void endTheSession(Token saved) {
        terminal.heading("6. Nobody uses the token any more: its session ends, and the operator cleans up");
        terminal.call("kubectl patch ots crm: sessionTimeout " + SESSION_TIMEOUT);
        store.setSessionTimeout(SESSION_TIMEOUT);
        var start = clock.instant();
        terminal.await(
                "the operator deletes the token when its session is over",
                CLEANUP_WITHIN,
                () -> store.secrets().isEmpty());
        hold(
                true,
                "the Secret is gone after "
                        + Duration.between(start, clock.instant()).toSeconds() + " s");
        terminal.call("FindTokenById(id)");
        hold(statusOf(() -> byId(first, saved)) == Status.Code.NOT_FOUND, "NOT_FOUND: the app has to sign in again");
        terminal.call("SaveToken(id, access_token)  by a replica that is late");
        var late = Token.newBuilder()
                .setId(saved.getId())
                .setAccessToken(ACCESS_TOKEN + "-3")
                .build();
        hold(
                statusOf(() -> first.calls()
                                .saveToken(SaveTokenRequest.newBuilder()
                                        .setToken(late)
                                        .build()))
                        == Status.Code.FAILED_PRECONDITION,
                "FAILED_PRECONDITION, TOKEN_DELETED: a late save revives nothing");
    }

    private void showStatus() {
        terminal.heading("7. The store's status and events say what was done");
        terminal.call("kubectl describe ots crm");
        terminal.await(
                "the status tells of the cleanup",
                CLEANUP_WITHIN,
                () -> store.lastCleanup().isPresent() && !store.events().isEmpty());
        var deleted = store.lastCleanup().orElseThrow().deleted();
        hold(deleted.equals(Map.of("SessionEnded", 1)), "one session ended, nothing else was deleted");
        terminal.inCluster(store.describedStatus());
        store.events().forEach(event -> terminal.inCluster("event " + event));
    }

    private static Token byId(Sidecar sidecar, Token saved) {
        var request = FindTokenByIdRequest.newBuilder().setId(saved.getId()).build();
        return sidecar.calls().findTokenById(request).getToken();
    }

    private static Status.Code statusOf(Runnable call) {
        try {
            call.run();
            return Status.Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    private String inOneHour() {
        return Long.toString(clock.instant().plus(HOUR).toEpochMilli());
    }

    private void hold(boolean held, String what) {
        if (!held) {
            throw new StepFailedException("this did not hold: " + what);
        }
        terminal.result(what);
    }
}
