package dev.tokenstore.store.token;

/// The id of a token, valid text (conformance rule R11). Its [#toString] holds no value: callers choose ids, which may
/// name people.
public record TokenId(String reveal) {
    /// @throws InvalidTokenException if the id is absent (`""`) or cannot be stored
    public TokenId {
        if (reveal.isEmpty()) {
            throw new InvalidTokenException("id is missing: give the id of a token");
        }
        TokenField.ID.check(reveal);
    }

    @Override
    public String toString() {
        return "<redacted>";
    }
}
