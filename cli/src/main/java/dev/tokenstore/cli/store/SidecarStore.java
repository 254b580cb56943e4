package dev.tokenstore.cli.store;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.client.TokenRecord;
import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.client.TokenStoreException;
import dev.tokenstore.runtime.BoundedExecutor;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The store that a sidecar serves.
///
/// @param client closed with this store
record SidecarStore(TokenStoreClient client) implements StoreAccess {
    private static final int SAVES_AT_ONCE = 8;
    /// Rows are changed by id and version, not by a handle.
    private static final StoredToken.Handle NO_HANDLE = new StoredToken.Handle() {};

    @Override
    public String description() {
        return "the sidecar at " + client.address();
    }

    @Override
    public Stream<StoredToken> list() {
        var records = translated(client::getTokens).iterator();
        return Stream.iterate(next(records), Optional::isPresent, token -> next(records))
                .map(record -> tokenOf(record.orElseThrow()));
    }

    private static Optional<TokenRecord> next(Iterator<TokenRecord> records) {
        return translated(() -> records.hasNext() ? Optional.of(records.next()) : Optional.empty());
    }

    @Override
    public Optional<StoredToken> find(TokenFields wanted) {
        return translated(() -> client.findToken(recordOf(wanted))).map(SidecarStore::tokenOf);
    }

    @Override
    public Optional<StoredToken> findById(TokenId id) {
        return unless("TOKEN_NOT_FOUND", () -> client.findTokenById(id.reveal()));
    }

    @Override
    public Optional<StoredToken> saveIfVersion(TokenFields given, String expectedVersion) {
        return unless("VERSION_CONFLICT", () -> client.saveToken(recordOf(given), expectedVersion));
    }

    @Override
    public List<NewToken> saveNew(List<TokenFields> given) {
        var unreachable = new AtomicReference<@Nullable StoreException>();
        try (var executor = new BoundedExecutor(SAVES_AT_ONCE)) {
            return executor.map(given, token -> {
                var earlier = unreachable.get();
                // each of the others would wait as long as the first one did
                return earlier != null ? new NewToken.Failed(earlier) : saveNew(token, unreachable);
            });
        } catch (InterruptedException e) {
            throw CommandException.interrupted(e);
        }
    }

    /// Looks for the token before it saves, because a save changes a token that is there. A token that another client
    /// saves between the two is changed.
    private NewToken saveNew(TokenFields given, AtomicReference<@Nullable StoreException> unreachable) {
        try {
            var exists = given.id().flatMap(this::findById).isPresent()
                    || find(given.without(TokenField.ID)).isPresent();
            return exists
                    ? new NewToken.Exists()
                    : new NewToken.Stored(tokenOf(translated(() -> client.saveToken(recordOf(given)))));
        } catch (StoreException e) {
            if (e.exitCode() == ExitCode.UNREACHABLE) {
                unreachable.set(e);
            }
            return new NewToken.Failed(e);
        }
    }

    @Override
    public void delete(TokenId id) {
        translated(() -> {
            client.deleteToken(id.reveal());
            return id;
        });
    }

    @Override
    public long deleteAll() {
        return translated(client::deleteTokens);
    }

    private static TokenRecord recordOf(TokenFields fields) {
        var token = TokenRecord.builder();
        for (var field : TokenField.values()) {
            if (fields.isMentioned(field)) {
                token.set(
                        TokenRecord.Field.valueOf(field.name()),
                        fields.get(field).map(SecretValue::reveal).orElse(""));
            }
        }
        return token.build();
    }

    private static StoredToken tokenOf(TokenRecord token) {
        var values = new EnumMap<TokenField, String>(TokenField.class);
        for (var field : TokenRecord.Field.values()) {
            token.get(field).ifPresent(value -> values.put(TokenField.valueOf(field.name()), value));
        }
        var created = token.createTime().orElseThrow();
        var updated = token.updateTime().orElseThrow();
        return new StoredToken(
                TokenFields.of(values),
                token.version().orElseThrow(),
                created,
                updated,
                updated,
                created,
                "",
                NO_HANDLE);
    }

    /// Returns the token of a call, or empty if the call fails with that reason.
    private static Optional<StoredToken> unless(String reason, Supplier<TokenRecord> call) {
        try {
            return Optional.of(tokenOf(call.get()));
        } catch (TokenStoreException e) {
            if (e.reason().filter(reason::equals).isPresent()) {
                return Optional.empty();
            }
            throw StoreException.of(e);
        }
    }

    private static <T> T translated(Supplier<T> call) {
        try {
            return call.get();
        } catch (TokenStoreException e) {
            throw StoreException.of(e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
