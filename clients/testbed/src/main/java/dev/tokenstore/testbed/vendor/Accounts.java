package dev.tokenstore.testbed.vendor;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The side of the vendor that gives tokens. Every grant and refresh token belongs to a user of the CRM. Thread-safe.
final class Accounts {
    /// The time in which a refresh token gives a limited number of access tokens.
    static final Duration LIMITED_TIME = Duration.ofMinutes(10);

    private static final Duration GRANT_LIFE = Duration.ofMinutes(3);
    private static final int RANDOM_BYTES = 16;

    private final InstantSource clock;
    private final RandomGenerator random;

    private final Map<String, Grant> grants = new HashMap<>();
    private final Map<String, RefreshToken> refreshTokens = new HashMap<>();
    private final Map<String, AccessToken> accessTokens = new HashMap<>();
    private final List<AnsweredRequest> answered = new ArrayList<>();
    private int users;
    private Behaviour behaviour = Behaviour.USUAL;

    private record Grant(String user, Instant end) {}

    /// @param issues when it gave an access token lately
    private record RefreshToken(String user, Deque<Instant> issues) {}

    private record AccessToken(String user, String refreshToken, Instant end) {}

    /// @param outcome `issued`, or the error
    record AnsweredRequest(String grantType, String outcome) {}

    Accounts(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    synchronized Behaviour behaviour() {
        return behaviour;
    }

    synchronized void behave(Behaviour wanted) {
        behaviour = wanted;
    }

    /// @param user one of its own, if none is named
    synchronized String newGrant(Optional<String> user) {
        var grant = secret("grant");
        grants.put(
                grant, new Grant(user.orElseGet(this::newUser), clock.instant().plus(GRANT_LIFE)));
        return grant;
    }

    /// @param user one of its own, if none is named
    synchronized String newRefreshToken(Optional<String> user) {
        return newRefreshTokenOf(user.orElseGet(this::newUser));
    }

    private String newUser() {
        users++;
        return "user" + users;
    }

    private String newRefreshTokenOf(String user) {
        var token = secret("refresh");
        refreshTokens.put(token, new RefreshToken(user, new ArrayDeque<>()));
        return token;
    }

    private String secret(String kind) {
        var bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return "1000.fixture-secret-" + kind + "." + HexFormat.of().formatHex(bytes);
    }

    synchronized TokenReply answer(TokenRequest request) {
        var reply = decide(request);
        answered.add(new AnsweredRequest(request.grantType(), reply.outcome()));
        return reply;
    }

    private TokenReply decide(TokenRequest request) {
        if (behaviour.refusal().isPresent()) {
            return new TokenReply.Refused(behaviour.refusal().get());
        }
        if (request.get("client_id").isEmpty()) {
            return new TokenReply.Refused("invalid_client");
        }
        if (request.get("client_secret").isEmpty()) {
            return new TokenReply.Refused("invalid_client_secret");
        }
        if (behaviour
                .clientSecret()
                .filter(only -> !only.equals(request.get("client_secret")))
                .isPresent()) {
            return new TokenReply.Refused("invalid_client");
        }
        return switch (request.grantType()) {
            case "authorization_code" -> exchange(request.get("code"));
            case "refresh_token" -> refresh(request.get("refresh_token"));
            default -> new TokenReply.Refused("unsupported_grant_type");
        };
    }

    private TokenReply exchange(String code) {
        var grant = grants.remove(code);
        if (grant == null || clock.instant().isAfter(grant.end)) {
            return new TokenReply.Refused("invalid_code");
        }
        var refreshToken = newRefreshTokenOf(grant.user);
        return issue(grant.user, refreshToken, Optional.of(refreshToken));
    }

    private TokenReply refresh(String token) {
        var known = refreshTokens.get(token);
        if (known == null) {
            return new TokenReply.Refused("invalid_code");
        }
        var now = clock.instant();
        known.issues.removeIf(issue -> !issue.plus(LIMITED_TIME).isAfter(now));
        if (behaviour.limit().isPresent()
                && known.issues.size() >= behaviour.limit().getAsInt()) {
            return new TokenReply.Limited();
        }
        known.issues.add(now);
        return issue(known.user, token, Optional.empty());
    }

    private TokenReply issue(String user, String refreshToken, Optional<String> newRefreshToken) {
        var token = secret("access");
        var life = behaviour.accessTokenLife();
        accessTokens.put(
                token, new AccessToken(user, refreshToken, clock.instant().plus(life)));
        return new TokenReply.Issued(token, newRefreshToken, life);
    }

    /// Ends a refresh token and what it gave.
    ///
    /// @return whether there was one
    synchronized boolean revoke(String refreshToken) {
        accessTokens.values().removeIf(token -> token.refreshToken.equals(refreshToken));
        return refreshTokens.remove(refreshToken) != null;
    }

    /// Ends all access tokens that were issued so far.
    synchronized void expireAccessTokens() {
        accessTokens.replaceAll((token, known) -> new AccessToken(known.user, known.refreshToken, Instant.MIN));
    }

    /// What it knows of an access token that someone shows.
    synchronized AccessTokenState stateOf(String accessToken) {
        var known = accessTokens.get(accessToken);
        if (known == null) {
            return new AccessTokenState.Unknown();
        }
        return clock.instant().isBefore(known.end)
                ? new AccessTokenState.Valid(known.user)
                : new AccessTokenState.Expired();
    }

    /// The token requests so far, the oldest first.
    synchronized List<AnsweredRequest> answered() {
        return List.copyOf(answered);
    }
}
