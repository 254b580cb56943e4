package dev.tokenstore.testbed.vendor;

import dev.tokenstore.testbed.http.HttpAnswer;
import dev.tokenstore.testbed.http.HttpCall;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The side of the vendor that tokens are for: who the user is, what the organisation is, and one cheap call that an
/// app would make. Thread-safe.
final class Crm {
    private static final String TOKEN_PREFIX = "Zoho-oauthtoken ";
    private static final Pattern PATH = Pattern.compile("^/crm/v[0-9.]+/");

    private final Accounts accounts;
    private final String organisation;

    private int calls;
    private String lastToken = "none";

    /// @param organisation its id
    Crm(Accounts accounts, String organisation) {
        this.accounts = accounts;
        this.organisation = organisation;
    }

    HttpAnswer answer(HttpCall call) {
        var state = accounts.stateOf(call.authorization()
                .filter(header -> header.startsWith(TOKEN_PREFIX))
                .map(header -> header.substring(TOKEN_PREFIX.length()))
                .orElse(""));
        record(state);
        return switch (state) {
            case AccessTokenState.Valid valid ->
                answer(call.method() + " " + PATH.matcher(call.path()).replaceFirst(""), valid.user());
            case AccessTokenState.Expired expired -> invalidToken();
            case AccessTokenState.Unknown unknown -> invalidToken();
        };
    }

    private synchronized void record(AccessTokenState state) {
        calls++;
        lastToken = state.word();
    }

    private HttpAnswer answer(String request, String user) {
        return switch (request) {
            case "GET users" -> HttpAnswer.of(users(user));
            case "GET org" -> HttpAnswer.of(organisations());
            case "GET settings/roles" -> HttpAnswer.of(roles());
            default -> error(404, "INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one");
        };
    }

    private static HttpAnswer invalidToken() {
        return error(401, "INVALID_TOKEN", "invalid oauth token");
    }

    private static HttpAnswer error(int status, String code, String message) {
        return new HttpAnswer(status, Map.of("code", code, "details", Map.of(), "message", message, "status", "error"));
    }

    private static Map<String, Object> users(String user) {
        return Map.of(
                "users",
                List.of(Map.of(
                        "id",
                        "554023000000235011",
                        "email",
                        user + "@example.com",
                        "full_name",
                        user,
                        "last_name",
                        user,
                        "status",
                        "active",
                        "role",
                        Map.of("id", "554023000000026005", "name", "CEO"),
                        "profile",
                        Map.of("id", "554023000000026011", "name", "Administrator"))),
                "info",
                Map.of("per_page", 200, "count", 1, "page", 1, "more_records", false));
    }

    private Map<String, Object> organisations() {
        return Map.of(
                "org",
                List.of(Map.of(
                        "id", "554023000000235201",
                        "zgid", organisation,
                        "company_name", "Example",
                        "time_zone", "Europe/Berlin",
                        "currency", "Euro - EUR")));
    }

    private static Map<String, Object> roles() {
        return Map.of(
                "roles",
                List.of(Map.of(
                        "id", "554023000000026005",
                        "name", "CEO",
                        "display_label", "CEO",
                        "share_with_peers", true)));
    }

    synchronized int calls() {
        return calls;
    }

    /// What it knew of the token that came with the last call; `none` before the first.
    synchronized String lastToken() {
        return lastToken;
    }
}
