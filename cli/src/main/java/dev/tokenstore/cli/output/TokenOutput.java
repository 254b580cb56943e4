package dev.tokenstore.cli.output;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// Prints tokens in one of the formats, secrets only if `revealed`.
///
/// Users and ids are personal, not secret, and are printed: tokens are named by them on the command line.
/// Credentials and client secrets are secret.
///
/// @param now the moment from which ages are counted
public record TokenOutput(OutputFormat format, PrintWriter out, boolean revealed, Instant now) {
    private static final String REDACTED = "<redacted>";
    private static final int LABEL_WIDTH = 18;
    /// The last moment that the gRPC API's `expire_time` can hold.
    private static final Instant END_OF_9999 = Instant.parse("9999-12-31T23:59:59.999999999Z");

    /// Prints many tokens, each as it comes; nothing is kept.
    public void list(Stream<StoredToken> tokens) {
        if (format != OutputFormat.TABLE) {
            StructuredOutput.print(format, out, tokens.map(this::properties).iterator());
            return;
        }
        try (var table = new Table(out, "ID", "USER", "CLIENT", "ACCESS TOKEN", "RENEWABLE", "AGE", "LAST SAVED")) {
            tokens.forEach(token -> table.row(
                    cell(token, TokenField.ID),
                    cell(token, TokenField.USER_SIGNATURE),
                    cell(token, TokenField.CLIENT_ID),
                    accessToken(token),
                    renewable(token),
                    since(token.createTime()),
                    since(token.updateTime())));
        }
    }

    /// Prints one token with all its fields.
    public void one(StoredToken token) {
        if (format != OutputFormat.TABLE) {
            StructuredOutput.print(format, out, properties(token));
            return;
        }
        for (var field : TokenField.values()) {
            line(label(field), cell(token, field));
        }
        line("State", accessToken(token));
        line("Renewable", renewable(token));
        line("Age", since(token.createTime()));
        line("Last saved", since(token.updateTime()) + " ago");
        line("Version", Printable.of(token.version()));
    }

    /// The properties of JSON and YAML, whose names never change their meaning: those of the gRPC API, where a value
    /// that is not stored is left out, and two about the use of the token.
    private Map<String, Object> properties(StoredToken token) {
        var properties = new LinkedHashMap<String, Object>();
        token.fields().forEachPresent((field, value) -> properties.put(field.key(), shown(field, value)));
        properties.put(
                "access_token_state",
                AccessTokenState.of(token.fields(), now).name().toLowerCase(Locale.ROOT));
        properties.put("renewable", token.fields().isRenewable());
        token.fields()
                .expiry()
                .filter(expiry -> !expiry.isAfter(END_OF_9999))
                .ifPresent(expiry -> properties.put("expire_time", expiry.toString()));
        properties.put("create_time", token.createTime().toString());
        properties.put("update_time", token.updateTime().toString());
        properties.put("version", token.version());
        return properties;
    }

    private String shown(TokenField field, SecretValue value) {
        var isSecret = field == TokenField.CLIENT_SECRET || TokenField.CREDENTIALS.contains(field);
        return isSecret && !revealed ? REDACTED : value.reveal();
    }

    private String cell(StoredToken token, TokenField field) {
        return token.fields()
                .get(field)
                .map(value -> Printable.of(shown(field, value)))
                .orElse("-");
    }

    /// Such as `valid, 42m left` or `expired 3h ago`.
    private String accessToken(StoredToken token) {
        var expiry = token.fields().expiry().orElse(now);
        return switch (AccessTokenState.of(token.fields(), now)) {
            case VALID -> "valid, " + Age.of(Duration.between(now, expiry)) + " left";
            case EXPIRED -> "expired " + since(expiry) + " ago";
            case UNKNOWN -> "no expiry known";
            case NONE -> "none";
        };
    }

    private static String renewable(StoredToken token) {
        return token.fields().isRenewable() ? "yes" : "no";
    }

    private String since(Instant moment) {
        return Age.of(Duration.between(moment, now));
    }

    private static String label(TokenField field) {
        var words = field.key().replace('_', ' ');
        var label = words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
        return label.replace("Id", "ID")
                .replace(" id", " ID")
                .replace("url", "URL")
                .replace("Api", "API");
    }

    private void line(String label, String value) {
        out.println(label + ":" + " ".repeat(LABEL_WIDTH - label.length()) + value);
    }
}
