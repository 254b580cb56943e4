package dev.tokenstore.client;

import dev.tokenstore.client.ProtoReader.MalformedMessageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A client of a token store's sidecar: the six operations, as blocking calls.
///
/// One client serves a whole app: it is thread-safe, connects at the first call, and reconnects by itself. Clients of
/// the
/// same address share one connection, which ends when the last of them is closed. Every call has a time limit. While
/// the store is unavailable, finds, lists and deletions by id are tried up to five times; a
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
    private static final int REFRESH_NOW = 1;
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    /// Three times as long as the store lets a refresh take, and a little.
    private static final Duration REFRESH_TIMEOUT = Duration.ofSeconds(20);

    private final SidecarChannel sidecar;
    private final Duration timeout;
    private final Duration refreshTimeout;
    private final Duration deleteTokensTimeout;

    private TokenStoreClient(Builder builder) {
        timeout = builder.timeout == null ? DEFAULT_TIMEOUT : builder.timeout;
        refreshTimeout = builder.timeout == null ? REFRESH_TIMEOUT : builder.timeout;
        deleteTokensTimeout = builder.deleteTokensTimeout;
        sidecar = new SidecarChannel(
                builder.address == null ? SidecarAddress.ofEnvironment(System.getenv()) : builder.address);
    }

    /// Returns a client of the sidecar at the address in the environment variable `TOKENSTORE_ADDRESS`, else at
    /// `127.0.0.1:50051`. It connects at the first call.
    ///
    /// @throws IllegalArgumentException if the address is malformed
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
        var request = new ProtoWriter().message(1, RecordMessages.messageOf(wanted));
        return sidecar.call(Call.FIND_TOKEN, request, timeout, TokenStoreClient::tokenOf);
    }

    /// Finds like [#findToken(TokenRecord)], for a caller that refreshes a due token itself.
    public Optional<TokenRecord> findToken(TokenRecord wanted, WillRefresh willRefresh) {
        var request = coordinated(new ProtoWriter().message(1, RecordMessages.messageOf(wanted)), willRefresh);
        return sidecar.call(Call.FIND_TOKEN, request, refreshTimeout, TokenStoreClient::tokenOf);
    }

    /// Returns the token with this id.
    ///
    /// @throws TokenStoreException with reason `TOKEN_NOT_FOUND` if there is none
    public TokenRecord findTokenById(String id) {
        return sidecar.call(Call.FIND_TOKEN_BY_ID, idRequest(id), timeout, TokenStoreClient::storedTokenOf);
    }

    /// Finds like [#findTokenById(String)], for a caller that refreshes a due token itself.
    public TokenRecord findTokenById(String id, WillRefresh willRefresh) {
        var request = coordinated(idRequest(id), willRefresh);
        return sidecar.call(Call.FIND_TOKEN_BY_ID, request, refreshTimeout, TokenStoreClient::storedTokenOf);
    }

    /// Adds to a find that its caller will refresh. A find that is repeated after its response was lost has the same
    /// id,
    /// so it gets its own claim again.
    private static ProtoWriter coordinated(ProtoWriter find, WillRefresh willRefresh) {
        var minValidFor = new ProtoWriter()
                .number(1, willRefresh.minValidFor().getSeconds())
                .number(2, willRefresh.minValidFor().getNano());
        find.number(2, 1).message(3, minValidFor).text(4, UUID.randomUUID().toString());
        willRefresh.abandonedClaim().ifPresent(nonce -> find.text(5, nonce));
        return find;
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
        var request =
                new ProtoWriter().message(1, RecordMessages.messageOf(token)).text(2, expectedVersion);
        return sidecar.call(Call.SAVE_TOKEN, request, timeout, TokenStoreClient::storedTokenOf);
    }

    /// Saves like [#saveToken(TokenRecord)] what a refresh under a claim gave. If another caller has saved another
    /// refresh
    /// token since, nothing is stored.
    ///
    /// @return the whole token as it is stored now
    public TokenRecord saveToken(TokenRecord token, Claim claim) {
        var request = new ProtoWriter()
                .message(1, RecordMessages.messageOf(token))
                .message(3, new ProtoWriter().text(1, claim.nonce()).text(2, claim.version()));
        return sidecar.call(Call.SAVE_TOKEN, request, timeout, TokenStoreClient::storedTokenOf);
    }

    /// Deletes the token with this id, if there is one. It is not revoked at its provider.
    ///
    /// @return whether there was one; false if the sidecar is of the first release, which does not say it
    public boolean deleteToken(String id) {
        return sidecar.call(Call.DELETE_TOKEN, idRequest(id), timeout, TokenStoreClient::numberOf) == 1;
    }

    /// Deletes the token with this id if it is still at the expected version. A sidecar of the first release deletes
    /// any
    /// version.
    ///
    /// @return whether it was deleted
    public boolean deleteToken(String id, String expectedVersion) {
        var request = idRequest(id).text(2, expectedVersion);
        return sidecar.call(Call.DELETE_TOKEN, request, timeout, TokenStoreClient::numberOf) == 1;
    }

    /// Reports that the API refused an access token before it had expired.
    ///
    /// @throws TokenStoreException with reason `TOKEN_NOT_FOUND` if there is no token with this id
    public RejectionOutcome reportRejected(String id, String accessToken) {
        var request = idRequest(id).text(2, RecordMessages.text(TokenRecord.Field.ACCESS_TOKEN, accessToken));
        return RejectionOutcome.ofNumber(
                sidecar.call(Call.REPORT_REJECTED, request, timeout, TokenStoreClient::numberOf));
    }

    private static ProtoWriter idRequest(String id) {
        return new ProtoWriter().text(1, RecordMessages.text(TokenRecord.Field.ID, id));
    }

    /// Reads the token of a response, if it has one, and the claim that its caller holds.
    private static Optional<TokenRecord> tokenOf(ProtoReader response) {
        var token = Optional.<TokenRecord>empty();
        var action = 0L;
        var claim = Optional.<Claim>empty();
        while (response.next()) {
            switch (response.field()) {
                case 1:
                    token = Optional.of(RecordMessages.recordOf(response.message()));
                    break;
                case 2:
                    action = response.number();
                    break;
                case 3:
                    claim = Optional.of(RecordMessages.claimOf(response.message()));
                    break;
                default:
                    response.skip();
            }
        }
        if (action != REFRESH_NOW || claim.isEmpty()) {
            return token;
        }
        var held = claim.get();
        return token.map(found -> found.toBuilder().claim(held).build());
    }

    private static TokenRecord storedTokenOf(ProtoReader response) {
        return tokenOf(response).orElseThrow(MalformedMessageException::new);
    }

    /// Lists the store, each token once, in no defined order. Pages of 500 tokens are fetched as the stream is read.
    ///
    /// Reading the stream may throw [TokenStoreException]; the reason `PAGE_TOKEN_EXPIRED` means that reading took too
    /// long (some minutes): start again.
    public Stream<TokenRecord> getTokens() {
        return Stream.iterate(
                        Optional.of(page("")),
                        Optional::isPresent,
                        page -> page.map(each -> each.next)
                                .filter(next -> !next.isEmpty())
                                .map(this::page))
                .flatMap(page -> page.orElseThrow().tokens.stream());
    }

    /// A page of the list, and the token of the next one, or `""`.
    private static final class Page {
        private final List<TokenRecord> tokens = new ArrayList<>();
        private String next = "";
    }

    private Page page(String pageToken) {
        var request = new ProtoWriter().number(1, PAGE_SIZE).text(2, pageToken);
        return sidecar.call(Call.GET_TOKENS, request, timeout, TokenStoreClient::pageOf);
    }

    private static Page pageOf(ProtoReader response) {
        var page = new Page();
        while (response.next()) {
            switch (response.field()) {
                case 1:
                    page.tokens.add(RecordMessages.recordOf(response.message()));
                    break;
                case 2:
                    page.next = response.text();
                    break;
                default:
                    response.skip();
            }
        }
        return page;
    }

    /// Deletes every token of the store. None is revoked at its provider.
    ///
    /// @return how many were deleted
    public long deleteTokens() {
        return sidecar.call(Call.DELETE_TOKENS, new ProtoWriter(), deleteTokensTimeout, TokenStoreClient::numberOf);
    }

    /// What the sidecar says of itself (`grpc.health.v1`): of its process where the service is `""`, else of that
    /// service. The check is not repeated.
    public ServingStatus checkHealth(String service, Duration limit) {
        var request = new ProtoWriter().text(1, service);
        long number = sidecar.call(Call.CHECK_HEALTH, request, limit, TokenStoreClient::numberOf);
        return number == 1 ? ServingStatus.SERVING : number == 2 ? ServingStatus.NOT_SERVING : ServingStatus.UNKNOWN;
    }

    /// Whether calls are served.
    public enum ServingStatus {
        UNKNOWN,
        SERVING,
        NOT_SERVING
    }

    private static long numberOf(ProtoReader response) {
        var number = 0L;
        while (response.next()) {
            if (response.field() == 1) {
                number = response.number();
            } else {
                response.skip();
            }
        }
        return number;
    }

    /// The address of the sidecar.
    public String address() {
        return sidecar.address();
    }

    /// Cancels this client's calls in flight; later ones fail. Closes the connection if no other client uses it.
    @Override
    public void close() {
        sidecar.close();
    }

    /// The settings of a client.
    public static final class Builder {
        private @Nullable SidecarAddress address;
        private @Nullable Duration timeout;
        private Duration deleteTokensTimeout = Duration.ofMinutes(10);

        private Builder() {}

        /// `HOST:PORT`, or `unix:PATH`. Default: `TOKENSTORE_ADDRESS`, else `127.0.0.1:50051`.
        ///
        /// @throws IllegalArgumentException if the address is malformed
        public Builder address(String text) {
            address = SidecarAddress.parse(text);
            return this;
        }

        /// The time limit of a call, its retries included; in a list, of each page. Default: 10 seconds, and 20 for a
        /// find
        /// that may wait for another caller's refresh.
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

        /// @throws IllegalArgumentException if no address was given and that of the environment is malformed
        public TokenStoreClient build() {
            return new TokenStoreClient(this);
        }
    }
}
