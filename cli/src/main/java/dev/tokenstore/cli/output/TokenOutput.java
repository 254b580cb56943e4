package dev.tokenstore.cli.output;

import dev.tokenstore.client.TokenRecord;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.stream.Stream;

/// Prints tokens in one of the formats.
public final class TokenOutput {
    private static final int LABEL_WIDTH = 18;

    private final Format format;
    private final PrintWriter out;

    public TokenOutput(Format format, PrintWriter out) {
        this.format = format;
        this.out = out;
    }

    /// Many tokens, each printed soon after it comes; nothing is kept.
    public void list(Stream<TokenView> tokens) {
        if (format != Format.TABLE) {
            StructuredOutput.of(format, out).list(tokens.map(TokenView::fields));
            return;
        }
        try (var table = new Table(out, "ID", "USER", "CLIENT", "ACCESS TOKEN", "RENEWABLE", "AGE", "LAST SAVED")) {
            tokens.forEach(token -> table.row(
                    token.cell(TokenRecord.Field.ID),
                    token.cell(TokenRecord.Field.USER_SIGNATURE),
                    token.cell(TokenRecord.Field.CLIENT_ID),
                    token.accessToken(),
                    token.renewable(),
                    token.age(),
                    token.lastSaved()));
        }
    }

    /// One token, all of it.
    public void one(TokenView token) {
        if (format != Format.TABLE) {
            StructuredOutput.of(format, out).object(token.fields());
            return;
        }
        for (var field : TokenRecord.Field.values()) {
            line(label(field), token.cell(field));
        }
        line("State", token.accessToken());
        line("Renewable", token.renewable());
        line("Age", token.age());
        line("Last saved", token.lastSaved() + (token.token().updateTime().isPresent() ? " ago" : ""));
        line("Version", token.token().version().map(Printable::of).orElse("-"));
    }

    private static String label(TokenRecord.Field field) {
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
