package dev.tokenstore.testbed.vendor;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a token request is answered with.
sealed interface TokenReply {
    /// @param refreshToken only where a grant was exchanged
    record Issued(String accessToken, Optional<String> refreshToken, Duration life) implements TokenReply {
        @Override
        public String toString() {
            return "Issued[<redacted>, " + life + "]";
        }
    }

    /// @param error as the vendor calls it
    record Refused(String error) implements TokenReply {}

    /// Too many requests with one refresh token.
    record Limited() implements TokenReply {}

    /// The vendor reports most errors with success as the HTTP status.
    default int status() {
        return switch (this) {
            case Issued issued -> 200;
            case Refused refused -> 200;
            case Limited limited -> 400;
        };
    }

    /// In a word, for the record.
    default String outcome() {
        return switch (this) {
            case Issued issued -> "issued";
            case Refused refused -> refused.error();
            case Limited limited -> "Access Denied";
        };
    }

    /// @param apiDomain where the tokens are good for
    default Map<String, Object> body(String apiDomain) {
        var body = new LinkedHashMap<String, Object>();
        switch (this) {
            case Issued issued -> {
                body.put("access_token", issued.accessToken());
                issued.refreshToken().ifPresent(token -> body.put("refresh_token", token));
                body.put("scope", "ZohoCRM.settings.ALL ZohoCRM.modules.ALL ZohoCRM.users.ALL ZohoCRM.org.ALL");
                body.put("api_domain", apiDomain);
                body.put("token_type", "Bearer");
                body.put("expires_in", issued.life().toSeconds());
            }
            case Refused refused -> body.put("error", refused.error());
            case Limited limited -> {
                body.put(
                        "error_description",
                        "You have made too many requests continuously. Please try again after some time.");
                body.put("error", "Access Denied");
                body.put("status", "failure");
            }
        }
        return body;
    }
}
