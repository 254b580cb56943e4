package dev.tokenstore.cli.store;

import dev.tokenstore.client.Token;
import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.client.TokenStoreException;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The store that a sidecar serves.
final class SidecarStore implements StoreAccess {
    private final TokenStoreClient client;

    SidecarStore(TokenStoreClient client) {
        this.client = client;
    }

    @Override
    public String description() {
        return "the sidecar at " + client.address();
    }

    @Override
    public Stream<Token> list() {
        var pages = explained(client::getTokens).iterator();
        return Stream.iterate(next(pages), Optional::isPresent, token -> next(pages))
                .map(Optional::orElseThrow);
    }

    private static Optional<Token> next(Iterator<Token> tokens) {
        return explained(() -> tokens.hasNext() ? Optional.of(tokens.next()) : Optional.empty());
    }

    @Override
    public Optional<Token> find(Token wanted) {
        return explained(() -> client.findToken(wanted));
    }

    @Override
    public Optional<Token> findById(String id) {
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
    public Token save(Token given) {
        return explained(() -> client.saveToken(given));
    }

    @Override
    public Token save(Token given, String expectedVersion) {
        return explained(() -> client.saveToken(given, expectedVersion));
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
        var reason = e.reason();
        if (reason.isEmpty()) {
            reason = switch (e.code()) {
                case UNAVAILABLE, DEADLINE_EXCEEDED, UNIMPLEMENTED -> StoreException.SIDECAR_UNAVAILABLE;
                default -> e.code().name();
            };
        }
        return new StoreException(reason, String.valueOf(e.getMessage()), e);
    }

    @Override
    public void close() {
        client.close();
    }
}
