package dev.tokenstore.store.token;

/// A value that must never reach a log. Reading it is spelled out: [#reveal()].
///
/// Besides tokens and client secrets these are texts that callers choose: user signatures name people, and ids may.
public record SecretValue(String reveal) {
    @Override
    public String toString() {
        return "<redacted>";
    }
}
