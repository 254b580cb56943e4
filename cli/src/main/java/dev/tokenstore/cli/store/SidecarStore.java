package dev.tokenstore.cli.store;

import dev.tokenstore.cli.ExitCode;
import dev.tokenstore.client.TokenRecord;
import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.client.TokenStoreException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The store that a sidecar serves.
final class SidecarStore implements StoreAccess {
    private static final int SAVES_AT_ONCE = 8;

    private final TokenStoreClient client;

    SidecarStore(TokenStoreClient client) {
        this.client = client;
    }

    @Override
    public String description() {
        return "the sidecar at " + client.address();
    }

    @Override
    public Stream<TokenRecord> list() {
        var pages = explained(client::getTokens).iterator();
        return Stream.iterate(next(pages), Optional::isPresent, token -> next(pages))
                .map(Optional::orElseThrow);
    }

    private static Optional<TokenRecord> next(Iterator<TokenRecord> tokens) {
        return explained(() -> tokens.hasNext() ? Optional.of(tokens.next()) : Optional.empty());
    }

    @Override
    public Optional<TokenRecord> find(TokenRecord wanted) {
        return explained(() -> client.findToken(wanted));
    }

    @Override
    public Optional<TokenRecord> findById(String id) {
        try {
            return explained(() -> Optional.of(client.findTokenById(id)));
        } catch (StoreException e) {
            if (e.reason().equals("TOKEN_NOT_FOUND")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public TokenRecord save(TokenRecord given) {
        return explained(() -> client.saveToken(given));
    }

    @Override
    public TokenRecord save(TokenRecord given, String expectedVersion) {
        return explained(() -> client.saveToken(given, expectedVersion));
    }

    @Override
    public List<NewToken> saveNew(List<TokenRecord> given) {
        var unreachable = new AtomicReference<@Nullable StoreException>();
        return Turns.inOrder(SAVES_AT_ONCE, given, token -> {
            var earlier = unreachable.get();
            // each of the others would wait as long as the first one did
            return earlier != null ? new NewToken.Failed(earlier) : saveNew(token, unreachable);
        });
    }

    /// Looks first, for a save would change what is stored. Someone who saves the same token between the two gets it
    /// changed, as by any other save.
    private NewToken saveNew(TokenRecord given, AtomicReference<@Nullable StoreException> unreachable) {
        try {
            var isStored = given.id().flatMap(this::findById).isPresent()
                    || find(given.toBuilder().id(null).build()).isPresent();
            return isStored ? new NewToken.Exists() : new NewToken.Stored(save(given));
        } catch (StoreException e) {
            if (e.exitCode() == ExitCode.UNREACHABLE) {
                unreachable.set(e);
            }
            return new NewToken.Failed(e);
        }
    }

    @Override
    public void delete(String id) {
        explained(() -> {
            client.deleteToken(id);
            return id;
        });
    }

    @Override
    public long deleteAll() {
        return explained(client::deleteTokens);
    }

    private static <T> T explained(Supplier<T> call) {
        try {
            return call.get();
        } catch (TokenStoreException e) {
            throw explained(e);
        }
    }

    private static StoreException explained(TokenStoreException e) {
        var reason = e.reason().orElseGet(() -> switch (e.status()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, UNIMPLEMENTED -> StoreException.SIDECAR_UNAVAILABLE;
            default -> e.status().name();
        });
        return new StoreException(reason, String.valueOf(e.getMessage()), e);
    }

    @Override
    public void close() {
        client.close();
    }
}
