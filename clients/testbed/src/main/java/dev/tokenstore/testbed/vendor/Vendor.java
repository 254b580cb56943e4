package dev.tokenstore.testbed.vendor;

import dev.tokenstore.testbed.http.HttpAnswer;
import dev.tokenstore.testbed.http.HttpCall;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A fake vendor with state of its own, answering as the real one answers the SDKs. Thread-safe.
public final class Vendor {
    /// Where tokens are had, below the vendor's URL.
    public static final String TOKEN_PATH = "/oauth/v2/token";

    /// Where the SDKs revoke: they append to the URL of the above.
    private static final String REVOKE_PATH = TOKEN_PATH + "/revoke";

    private final String url;
    private final Accounts accounts;
    private final Crm crm;

    /// @param url of this vendor, without a slash at its end
    /// @param organisation the id of its only one
    public Vendor(String url, String organisation, InstantSource clock, RandomGenerator random) {
        this.url = url;
        this.accounts = new Accounts(clock, random);
        this.crm = new Crm(accounts, organisation);
    }

    /// Where the SDKs ask for tokens.
    public String accountsUrl() {
        return url + TOKEN_PATH;
    }

    /// Where the SDKs make their calls.
    public String apiDomain() {
        return url;
    }

    /// @param call with a path below the vendor's URL
    public HttpAnswer answer(HttpCall call) {
        return switch (call.method() + " " + call.path()) {
            case "POST " + TOKEN_PATH -> answer(new TokenRequest(call.parameters()));
            case "POST " + REVOKE_PATH -> revoke(call.parameters().getOrDefault("token", ""));
            default -> crm.answer(call);
        };
    }

    private HttpAnswer answer(TokenRequest request) {
        var reply = accounts.answer(request);
        pause(accounts.behaviour().delay());
        return new HttpAnswer(reply.status(), reply.body(apiDomain()));
    }

    private HttpAnswer revoke(String refreshToken) {
        return accounts.revoke(refreshToken)
                ? HttpAnswer.of(Map.of("status", "success"))
                : new HttpAnswer(400, Map.of("error", "invalid_code"));
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A new grant, of a user of its own if none is named; good for three minutes, once.
    public String newGrant(Optional<String> user) {
        return accounts.newGrant(user);
    }

    /// A new refresh token, of a user of its own if none is named.
    public String newRefreshToken(Optional<String> user) {
        return accounts.newRefreshToken(user);
    }

    public Behaviour behaviour() {
        return accounts.behaviour();
    }

    /// From now on.
    public void behave(Behaviour behaviour) {
        accounts.behave(behaviour);
    }

    /// Ends all access tokens that were issued so far.
    public void expireAccessTokens() {
        accounts.expireAccessTokens();
    }

    /// What was asked so far: no value of a token is in it.
    public Map<String, Object> record() {
        var requests = accounts.answered().stream()
                .map(request -> Map.of("grantType", request.grantType(), "outcome", request.outcome()))
                .toList();
        return Map.of("tokenRequests", List.copyOf(requests), "apiCalls", crm.calls(), "lastApiToken", crm.lastToken());
    }
}
