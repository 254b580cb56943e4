package dev.tokenstore.store;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.CLIENT_SECRET;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Which row is meant: the matching rules of the six operations, the same for every storage.
///
/// A find must not return a row on a weak match, a save must not make a twin. So a save may update a row that a find
/// with the same values would miss.
public final class TokenRules {
    private static final Comparator<StoredToken> OLDEST_FIRST =
            Comparator.comparing(StoredToken::createTime).thenComparing(StoredToken::name);
    private static final Comparator<StoredToken> LONGEST_WITH_ITS_USER_FIRST =
            Comparator.comparing(StoredToken::userSince).thenComparing(OLDEST_FIRST);

    private TokenRules() {}

    /// The row a find returns (rule R1). The first branch whose guard holds decides, also when it finds nothing.
    static Optional<StoredToken> find(TokenFields wanted, TokenLookup rows) {
        if (wanted.isMentioned(USER_SIGNATURE) && !wanted.has(USER_SIGNATURE)) {
            return Optional.empty();
        }
        if (isDecidedByUserOrCredential(wanted)) {
            return byUserOrCredential(wanted, rows);
        }
        if (wanted.hasCredential()) {
            return Optional.empty();
        }
        return wanted.id().flatMap(rows::byId);
    }

    /// The row a save updates (rule R5), or empty when the save makes a new one.
    static Optional<StoredToken> toUpdate(TokenFields given, TokenLookup rows) {
        return given.id().flatMap(rows::byId).or(() -> toUpdateByUserOrCredential(given, rows));
    }

    /// The row a save updates when no row has the id it gives (rule R5, b and c).
    public static Optional<StoredToken> toUpdateByUserOrCredential(TokenFields given, TokenLookup rows) {
        return byUserOrCredential(given, rows).or(() -> byAnyCredential(given, rows));
    }

    private static boolean isDecidedByUserOrCredential(TokenFields wanted) {
        return wanted.has(USER_SIGNATURE) || isDecidedByAccessToken(wanted) || isDecidedByRenewal(wanted);
    }

    private static boolean isDecidedByAccessToken(TokenFields wanted) {
        return wanted.has(ACCESS_TOKEN) && !wanted.hasAny(CLIENT_ID, CLIENT_SECRET);
    }

    private static boolean isDecidedByRenewal(TokenFields wanted) {
        return wanted.isRenewable() && wanted.has(CLIENT_ID) && wanted.has(CLIENT_SECRET);
    }

    /// Rule R1, branches 1 to 3.
    private static Optional<StoredToken> byUserOrCredential(TokenFields wanted, TokenLookup rows) {
        if (wanted.has(USER_SIGNATURE)) {
            return ofUser(wanted, rows);
        }
        if (isDecidedByAccessToken(wanted)) {
            return oldestWith(ACCESS_TOKEN, wanted, rows, row -> true);
        }
        if (isDecidedByRenewal(wanted)) {
            return oldestWith(GRANT_TOKEN, wanted, rows, row -> true)
                    .or(() -> oldestWith(REFRESH_TOKEN, wanted, rows, row -> true));
        }
        return Optional.empty();
    }

    private static Optional<StoredToken> ofUser(TokenFields wanted, TokenLookup rows) {
        var ofUser = rows.byUser(wanted);
        if (!wanted.has(CLIENT_ID)) {
            return ofUser.stream().min(LONGEST_WITH_ITS_USER_FIRST);
        }
        return ofUser.stream()
                .filter(row -> row.fields().agreesOn(CLIENT_ID, wanted))
                .min(LONGEST_WITH_ITS_USER_FIRST)
                .or(() -> ofUser.stream()
                        .filter(row -> !row.fields().has(CLIENT_ID))
                        .min(LONGEST_WITH_ITS_USER_FIRST));
    }

    /// Rule R5 (c): so that a save makes no twin, any row with the same credential that is not another user's.
    private static Optional<StoredToken> byAnyCredential(TokenFields given, TokenLookup rows) {
        Predicate<StoredToken> notAnotherUsers = row -> !given.has(USER_SIGNATURE)
                || !row.fields().has(USER_SIGNATURE)
                || row.fields().agreesOn(USER_SIGNATURE, given);
        return TokenField.CREDENTIALS.stream()
                .flatMap(credential -> oldestWith(credential, given, rows, notAnotherUsers).stream())
                .findFirst();
    }

    private static Optional<StoredToken> oldestWith(
            TokenField credential, TokenFields wanted, TokenLookup rows, Predicate<StoredToken> among) {
        return wanted.get(credential)
                .flatMap(value -> rows.byCredential(credential, value).stream()
                        .filter(among)
                        .min(OLDEST_FIRST));
    }

    /// A lookup in a few rows that the caller holds.
    public record RowsAtHand(List<StoredToken> rows) implements TokenLookup {
        public RowsAtHand {
            rows = List.copyOf(rows);
        }

        @Override
        public Optional<StoredToken> byId(TokenId id) {
            return with(TokenField.ID, new SecretValue(id.reveal())).findFirst();
        }

        @Override
        public List<StoredToken> byUser(TokenFields wanted) {
            return wanted.get(USER_SIGNATURE)
                    .map(user -> with(USER_SIGNATURE, user).toList())
                    .orElse(List.of());
        }

        @Override
        public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
            return with(credential, value).toList();
        }

        private Stream<StoredToken> with(TokenField field, SecretValue value) {
            return rows.stream()
                    .filter(row -> row.fields().get(field).filter(value::equals).isPresent());
        }
    }
}
