package dev.tokenstore.testbed.http;

import java.util.Map;

/// What a request is answered with.
///
/// @param body what becomes JSON
public record HttpAnswer(int status, Map<String, ?> body) {
    /// An answer of success.
    public static HttpAnswer of(Map<String, ?> body) {
        return new HttpAnswer(200, body);
    }

    /// An answer that says in one sentence what is wrong.
    public static HttpAnswer error(int status, String sentence) {
        return new HttpAnswer(status, Map.of("error", sentence));
    }

    @Override
    public String toString() {
        return "HttpAnswer[" + status + "]";
    }
}
