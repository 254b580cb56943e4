package dev.tokenstore.testbed.http;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// One request.
///
/// @param path percent-decoded, without the query
/// @param parameters of the query and of a form in the body, together
/// @param authorization the header of that name
/// @param body as it came
public record HttpCall(
        String method, String path, Map<String, String> parameters, Optional<String> authorization, byte[] body) {
    public HttpCall {
        parameters = Map.copyOf(parameters);
    }

    /// The parts of the path, without empty ones.
    public List<String> segments() {
        return Stream.of(path.split("/")).filter(part -> !part.isEmpty()).toList();
    }

    /// Returns the call with another path.
    public HttpCall at(String otherPath) {
        return new HttpCall(method, otherPath, parameters, authorization, body);
    }

    @Override
    public String toString() {
        return "HttpCall[" + method + " " + path + "]";
    }
}
