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

/// A client of a token store's sidecar: the six operations, as blocking calls.
///
/// One client serves a whole app: it is thread-safe, connects at the first call, and reconnects by itself. Every call
/// has a time limit. While the store is unavailable, finds, lists and deletions by id are tried up to five times; a
/// save is sent once, and waits for a sidecar that is restarting. A failed call throws [TokenStoreException]; a value
/// that is not valid text throws [IllegalArgumentException], and nothing is sent.
///
/// ```java
/// try (var store = TokenStoreClient.connect()) {
///     var saved = store.saveToken(TokenRecord.builder().userSignature("alice").refreshToken(token).build());
/// }
/// ```
public final class TokenStoreClient implements AutoCloseable {
    private static final int PAGE_SIZE = 500;

    private final SidecarChannel sidecar;
    private final Duration timeout;
    private final Duration deleteTokensTimeout;

    private TokenStoreClient(Builder builder) {
        timeout = builder.timeout;
        deleteTokensTimeout = builder.deleteTokensTimeout;
        sidecar = new SidecarChannel(builder.address);
    }

    /// Returns a client of the sidecar at the address in the environment variable `TOKENSTORE_ADDRESS`, else at
    /// `127.0.0.1:50051`. It connects at the first call.
    public static TokenStoreClient connect() {
        return builder().build();
    }

    /// Returns a client of the sidecar at `HOST:PORT`, or `unix:PATH` (which needs Java 16 or later).
    ///
    /// @throws IllegalArgumentException if the address is malformed
    public static TokenStoreClient connect(String address) {
        return builder().address(address).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Returns the stored token that the given fields describe, or empty: a miss is no error.
    public Optional<TokenRecord> findToken(TokenRecord wanted) {
        var request = FindTokenRequest.newBuilder()
                .setToken(RecordMessages.messageOf(wanted))
                .build();
        var response = call(timeout, stub -> stub.findToken(request));
        return response.hasToken() ? Optional.of(RecordMessages.recordOf(response.getToken())) : Optional.empty();
    }

    /// Returns the token with this id.
    ///
    /// @throws TokenStoreException with reason `TOKEN_NOT_FOUND` if there is none
    public TokenRecord findTokenById(String id) {
        var request = FindTokenByIdRequest.newBuilder()
                .setId(RecordMessages.text(TokenRecord.Field.ID, id))
                .build();
        return RecordMessages.recordOf(
                call(timeout, stub -> stub.findTokenById(request)).getToken());
    }

    /// Stores the given fields into the token they belong to, or as a new one; absent fields never erase stored ones.
    ///
    /// @return the whole token as it is stored now, with its id
    public TokenRecord saveToken(TokenRecord token) {
        return saveToken(token, "");
    }

    /// Saves like [#saveToken(TokenRecord)], but only if the stored token is still at the expected version.
    ///
    /// @throws TokenStoreException with reason `VERSION_CONFLICT` if it is not
    public TokenRecord saveToken(TokenRecord token, String expectedVersion) {
        var request = SaveTokenRequest.newBuilder()
                .setToken(RecordMessages.messageOf(token))
                .setExpectedVersion(expectedVersion)
                .build();
        return RecordMessages.recordOf(
                call(timeout, stub -> stub.saveToken(request)).getToken());
    }

    /// Deletes the token with this id, if there is one. It is not revoked at its provider.
    public void deleteToken(String id) {
        var request = DeleteTokenRequest.newBuilder()
                .setId(RecordMessages.text(TokenRecord.Field.ID, id))
                .build();
        call(timeout, stub -> stub.deleteToken(request));
    }

    /// Lists the store, each token once, in no defined order. Pages of 500 tokens are fetched as the stream is read.
    ///
    /// Reading the stream may throw [TokenStoreException]; the reason `PAGE_TOKEN_EXPIRED` means that reading took too
    /// long (some minutes): start again.
    public Stream<TokenRecord> getTokens() {
        return Stream.iterate(
                        Optional.of(page("")),
                        Optional::isPresent,
                        page -> page.map(GetTokensResponse::getNextPageToken)
                                .filter(next -> !next.isEmpty())
                                .map(this::page))
                .flatMap(page -> page.orElseThrow().getTokensList().stream())
                .map(RecordMessages::recordOf);
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
    /// @return how many were deleted
    public long deleteTokens() {
        var request = DeleteTokensRequest.getDefaultInstance();
        return call(deleteTokensTimeout, stub -> stub.deleteTokens(request)).getDeletedCount();
    }

    /// The address of the sidecar.
    public String address() {
        return sidecar.address();
    }

    /// The channel to the sidecar, for its other services: gRPC health and reflection.
    public Channel channel() {
        return sidecar.channel();
    }

    private <T> T call(Duration limit, Function<TokenStoreServiceBlockingStub, T> call) {
        var stub = TokenStoreServiceGrpc.newBlockingStub(sidecar.channel())
                .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
        try {
            return call.apply(stub);
        } catch (StatusRuntimeException e) {
            throw TokenStoreException.of(e, address(), sidecar.isConnected(), limit);
        }
    }

    /// Closes the connection and cancels calls in flight.
    @Override
    public void close() {
        sidecar.close();
    }

    /// The settings of a client.
    public static final class Builder {
        private SidecarAddress address = SidecarAddress.ofEnvironment(System.getenv());
        private Duration timeout = Duration.ofSeconds(10);
        private Duration deleteTokensTimeout = Duration.ofMinutes(10);

        private Builder() {}

        /// `HOST:PORT`, or `unix:PATH`. Default: `TOKENSTORE_ADDRESS`, else `127.0.0.1:50051`.
        ///
        /// @throws IllegalArgumentException if the address is malformed
        public Builder address(String text) {
            address = SidecarAddress.parse(text);
            return this;
        }

        /// The time limit of a call, its retries included; in a list, of each page. Default: 10 seconds.
        public Builder timeout(Duration limit) {
            timeout = positive(limit);
            return this;
        }

        /// The time limit of [TokenStoreClient#deleteTokens]. Default: 10 minutes.
        public Builder deleteTokensTimeout(Duration limit) {
            deleteTokensTimeout = positive(limit);
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
