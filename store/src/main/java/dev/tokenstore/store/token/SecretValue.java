package dev.tokenstore.store.token;

/// A value that must never reach a log. Reading it is spelled out: [#reveal()].
///
/// Besides tokens and client secrets this is also what a caller chose: user signatures name people, ids may.
public record SecretValue(String reveal) {
    @Override
    public String toString() {
        return "<redacted>";
    }
}
