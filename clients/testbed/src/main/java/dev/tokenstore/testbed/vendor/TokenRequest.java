package dev.tokenstore.testbed.vendor;

import java.util.Map;

/// A request to the token endpoint.
///
/// @param parameters of the query and the form together
record TokenRequest(Map<String, String> parameters) {
    TokenRequest {
        parameters = Map.copyOf(parameters);
    }

    /// The parameter's value; empty where it was not given.
    String get(String name) {
        return parameters.getOrDefault(name, "");
    }

    String grantType() {
        return get("grant_type");
    }

    @Override
    public String toString() {
        return "TokenRequest[" + grantType() + "]";
    }
}
