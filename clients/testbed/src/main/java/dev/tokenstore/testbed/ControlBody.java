package dev.tokenstore.testbed;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The body of a control request.
///
/// @param spec of the store to make
/// @param readOnly whether the app's account of that store may only read
/// @param store `NAMESPACE/NAME` of the store to serve
/// @param user whom a grant or refresh token is for
record ControlBody(
        @Nullable Map<String, Object> spec,
        boolean readOnly,
        @Nullable String store,
        @Nullable String user) {
    Map<?, ?> specOrEmpty() {
        return spec == null ? Map.of() : spec;
    }

    String storeOrThrow() {
        if (store == null) {
            throw new ControlException(400, "name the store to serve: {\"store\": \"NAMESPACE/NAME\"}");
        }
        return store;
    }

    Optional<String> optionalUser() {
        return Optional.ofNullable(user);
    }
}
