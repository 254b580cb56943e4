package dev.tokenstore.client;

import dev.tokenstore.proto.v1.DeleteTokenRequest;
import dev.tokenstore.proto.v1.DeleteTokensRequest;
import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.GetTokensRequest;
import dev.tokenstore.proto.v1.GetTokensResponse;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/// A token store, reached through its sidecar: the six operations, as blocking calls.
///
/// One client serves a whole app: it is thread-safe and keeps one connection, which it makes at the first call and
/// again whenever it was lost. Every call has a time limit. When the sidecar is not there at that moment, a find, a
/// list and the deletion of one token are repeated a few times, a save waits for it; else the call ends with a
/// [TokenStoreException].
///
/// ```java
/// try (var store = TokenStoreClient.connect()) {
///     var saved = store.saveToken(Token.builder().userSignature("alice").refreshToken(token).build());
/// }
/// ```
public final class TokenStoreClient implements AutoCloseable {
    private static final int PAGE_SIZE = 500;

    private final SidecarConnection connection;
    private final Duration timeout;
    private final Duration deleteAllTimeout;

    private TokenStoreClient(Builder builder) {
        timeout = builder.timeout;
        deleteAllTimeout = builder.deleteAllTimeout;
        connection = new SidecarConnection(builder.address);
    }

    /// A client of the sidecar that the environment variable `TOKENSTORE_ADDRESS` names, or of the one at
    /// `127.0.0.1:50051`. Nothing is sent before the first call.
    public static TokenStoreClient connect() {
        return builder().build();
    }

    /// A client of the sidecar at `HOST:PORT`, or `unix:PATH` (which takes Java 16 or later).
    ///
    /// @throws IllegalArgumentException if the address is malformed
    public static TokenStoreClient connect(String address) {
        return builder().address(address).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Returns the stored token that the given fields describe, or empty: a miss is no error.
    public Optional<Token> findToken(Token wanted) {
        var request = FindTokenRequest.newBuilder()
                .setToken(TokenMessages.messageOf(wanted))
                .build();
        var response = call(timeout, stub -> stub.findToken(request));
        return response.hasToken() ? Optional.of(TokenMessages.tokenOf(response.getToken())) : Optional.empty();
    }

    /// Returns the token with that id.
    ///
    /// @throws TokenStoreException with reason `TOKEN_NOT_FOUND` if there is none
    public Token findTokenById(String id) {
        var request = FindTokenByIdRequest.newBuilder()
                .setId(TokenMessages.text(Token.Field.ID, id))
                .build();
        return TokenMessages.tokenOf(
                call(timeout, stub -> stub.findTokenById(request)).getToken());
    }

    /// Stores the given fields into the token they belong to, or as a new one; absent fields never erase stored ones.
    ///
    /// @return the whole token as it is stored now, with its id
    public Token saveToken(Token token) {
        var request = SaveTokenRequest.newBuilder()
                .setToken(TokenMessages.messageOf(token))
                .build();
        return TokenMessages.tokenOf(
                call(timeout, stub -> stub.saveToken(request)).getToken());
    }

    /// The same, if the token is still at that version.
    ///
    /// @throws TokenStoreException with reason `VERSION_CONFLICT` if it is not
    public Token saveToken(Token token, String expectedVersion) {
        var request = SaveTokenRequest.newBuilder()
                .setToken(TokenMessages.messageOf(token))
                .setExpectedVersion(expectedVersion)
                .build();
        return TokenMessages.tokenOf(
                call(timeout, stub -> stub.saveToken(request)).getToken());
    }

    /// Deletes the token with that id; deleting what is not there succeeds. It is not revoked at its provider.
    public void deleteToken(String id) {
        var request = DeleteTokenRequest.newBuilder()
                .setId(TokenMessages.text(Token.Field.ID, id))
                .build();
        call(timeout, stub -> stub.deleteToken(request));
    }

    /// Lists the store, page by page as the stream is read; each token once, in no order to rely on.
    ///
    /// Reading it may throw [TokenStoreException]; with reason `PAGE_TOKEN_EXPIRED` when the stream was read so
    /// slowly that the list it belongs to is gone (some minutes): start again.
    public Stream<Token> getTokens() {
        return Stream.iterate(
                        Optional.of(page("")),
                        Optional::isPresent,
                        page -> page.map(GetTokensResponse::getNextPageToken)
                                .filter(next -> !next.isEmpty())
                                .map(this::page))
                .flatMap(page -> page.orElseThrow().getTokensList().stream())
                .map(TokenMessages::tokenOf);
    }

    private GetTokensResponse page(String pageToken) {
        var request = GetTokensRequest.newBuilder()
                .setPageSize(PAGE_SIZE)
                .setPageToken(pageToken)
                .build();
        return call(timeout, stub -> stub.getTokens(request));
    }

    /// Deletes every token of the store. None is revoked at its provider.
    ///
    /// @return how many were deleted; too small if the call had to be repeated
    public long deleteTokens() {
        var request = DeleteTokensRequest.getDefaultInstance();
        return call(deleteAllTimeout, stub -> stub.deleteTokens(request)).getDeletedCount();
    }

    /// Where the sidecar is looked for.
    public String address() {
        return connection.address();
    }

    /// The channel to the sidecar, for the other services that it offers: gRPC health and reflection.
    public Channel channel() {
        return connection.channel();
    }

    private <T> T call(Duration limit, Function<TokenStoreServiceBlockingStub, T> call) {
        var stub = TokenStoreServiceGrpc.newBlockingStub(connection.channel())
                .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
        try {
            return call.apply(stub);
        } catch (StatusRuntimeException e) {
            throw CallErrors.explained(e, address(), connection.isConnected(), limit);
        }
    }

    /// Ends the connection; calls under way are cut off.
    @Override
    public void close() {
        connection.close();
    }

    /// What a client can be told.
    public static final class Builder {
        private SidecarAddress address = SidecarAddress.ofEnvironment(System.getenv());
        private Duration timeout = Duration.ofSeconds(10);
        private Duration deleteAllTimeout = Duration.ofMinutes(10);

        private Builder() {}

        /// `HOST:PORT`, or `unix:PATH`. Default: `TOKENSTORE_ADDRESS`, else `127.0.0.1:50051`.
        ///
        /// @throws IllegalArgumentException if the address is malformed
        public Builder address(String text) {
            address = SidecarAddress.parse(text);
            return this;
        }

        /// How long a call may take, repetitions included, a page of a list counting as one. Default: 10 seconds.
        public Builder timeout(Duration limit) {
            timeout = positive(limit);
            return this;
        }

        /// How long [TokenStoreClient#deleteTokens] may take. Default: 10 minutes.
        public Builder deleteAllTimeout(Duration limit) {
            deleteAllTimeout = positive(limit);
            return this;
        }

        private static Duration positive(Duration limit) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException("a time limit of " + limit + " leaves no time; give a longer one");
            }
            return limit;
        }

        public TokenStoreClient build() {
            return new TokenStoreClient(this);
        }
    }
}
