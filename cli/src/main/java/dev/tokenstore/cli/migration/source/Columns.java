package dev.tokenstore.cli.migration.source;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The fields that the columns of a source hold.
///
/// The SDKs agree on ten columns in one order, and not on their names: the user is `user_name`, in TypeScript's files
/// and in those of older SDKs `user_mail`; the redirect URL is `redirect_url`, in Python's files `redirect_uri`; older
/// files have no `api_domain`, the oldest no `id`. The first SDKs had four: `useridentifier`, `accesstoken`,
/// `refreshtoken`, `expirytime`.
final class Columns {
    private static final Map<String, TokenField> NAMES = Map.ofEntries(
            Map.entry("id", TokenField.ID),
            Map.entry("user_name", TokenField.USER_SIGNATURE),
            Map.entry("user_mail", TokenField.USER_SIGNATURE),
            Map.entry("user_signature", TokenField.USER_SIGNATURE),
            Map.entry("useridentifier", TokenField.USER_SIGNATURE),
            Map.entry("client_id", TokenField.CLIENT_ID),
            Map.entry("client_secret", TokenField.CLIENT_SECRET),
            Map.entry("refresh_token", TokenField.REFRESH_TOKEN),
            Map.entry("refreshtoken", TokenField.REFRESH_TOKEN),
            Map.entry("access_token", TokenField.ACCESS_TOKEN),
            Map.entry("accesstoken", TokenField.ACCESS_TOKEN),
            Map.entry("grant_token", TokenField.GRANT_TOKEN),
            Map.entry("expiry_time", TokenField.EXPIRES_IN),
            Map.entry("expirytime", TokenField.EXPIRES_IN),
            Map.entry("expires_in", TokenField.EXPIRES_IN),
            Map.entry("redirect_url", TokenField.REDIRECT_URL),
            Map.entry("redirect_uri", TokenField.REDIRECT_URL),
            Map.entry("api_domain", TokenField.API_DOMAIN));

    private final List<Optional<TokenField>> fields;

    private Columns(List<Optional<TokenField>> fields) {
        this.fields = List.copyOf(fields);
    }

    /// Reads the names of columns; unknown ones are ignored.
    ///
    /// @param source for the message: `table tokens of crm.db`
    /// @param advice for the message: how another reading is asked for
    /// @throws CommandException if these cannot be the columns of an SDK's store
    static Columns named(List<String> names, String source, String advice) {
        var fields = names.stream().map(Columns::fieldOf).toList();
        var known = fields.stream().flatMap(Optional::stream).toList();
        if (known.stream().distinct().count() < known.size()) {
            throw CommandException.failed(source + " has two columns for one field of a token; remove one of them");
        }
        if (!haveTokens(names)) {
            throw CommandException.failed(
                    source + " has no columns named access_token and refresh_token, or accesstoken and refreshtoken; "
                            + advice);
        }
        return new Columns(fields);
    }

    /// Whether these are the columns of an SDK's store.
    static boolean haveTokens(List<String> names) {
        var known =
                names.stream().map(Columns::fieldOf).flatMap(Optional::stream).toList();
        return known.contains(TokenField.ACCESS_TOKEN) && known.contains(TokenField.REFRESH_TOKEN);
    }

    private static Optional<TokenField> fieldOf(String name) {
        return Optional.ofNullable(NAMES.get(name.strip().toLowerCase(Locale.ROOT)));
    }

    int count() {
        return fields.size();
    }

    /// Returns the row with these values, in the columns' order; null and `""` are absent.
    SourceRow row(String location, List<? extends @Nullable String> values) {
        var given = new EnumMap<TokenField, String>(TokenField.class);
        for (int column = 0; column < fields.size() && column < values.size(); column++) {
            var value = values.get(column);
            if (value != null && !value.isEmpty()) {
                fields.get(column).ifPresent(field -> given.put(field, value));
            }
        }
        try {
            var token = TokenFields.of(given);
            return token.hasCredential()
                    ? new SourceRow.Readable(location, token)
                    : new SourceRow.Broken(location, "it holds no refresh, grant or access token, so it is of no use");
        } catch (InvalidTokenException e) {
            return new SourceRow.Broken(location, problemOf(e));
        }
    }

    private static String problemOf(InvalidTokenException e) {
        var message = String.valueOf(e.getMessage());
        return message.startsWith(TokenField.EXPIRES_IN.key())
                ? "its expiry_time is not a moment in milliseconds since 1970"
                : message;
    }
}
