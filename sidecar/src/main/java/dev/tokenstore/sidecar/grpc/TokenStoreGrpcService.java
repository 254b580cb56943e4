package dev.tokenstore.sidecar.grpc;

import dev.tokenstore.proto.v1.DeleteTokenRequest;
import dev.tokenstore.proto.v1.DeleteTokenResponse;
import dev.tokenstore.proto.v1.DeleteTokensRequest;
import dev.tokenstore.proto.v1.DeleteTokensResponse;
import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenByIdResponse;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.FindTokenResponse;
import dev.tokenstore.proto.v1.GetTokensRequest;
import dev.tokenstore.proto.v1.GetTokensResponse;
import dev.tokenstore.proto.v1.RefreshAction;
import dev.tokenstore.proto.v1.ReportRejectedRequest;
import dev.tokenstore.proto.v1.ReportRejectedResponse;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenResponse;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage.InvalidCursorException;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.refresh.FoundToken;
import dev.tokenstore.store.refresh.RefreshCoordinator;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenId;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The six operations over gRPC.
final class TokenStoreGrpcService extends TokenStoreServiceGrpc.TokenStoreServiceImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(TokenStoreGrpcService.class);

    private final TokenStore store;
    private final RefreshCoordinator refreshes;
    private final CallListener listener;

    TokenStoreGrpcService(TokenStore store, RefreshCoordinator refreshes, CallListener listener) {
        this.store = store;
        this.refreshes = refreshes;
        this.listener = listener;
    }

    @Override
    public void findToken(FindTokenRequest request, StreamObserver<FindTokenResponse> responses) {
        respond(responses, () -> {
            var wanted = TokenMessages.fieldsOf(request.getToken());
            var found = request.getWillRefresh()
                    ? refreshes.find(wanted, RefreshMessages.requestOf(request))
                    : store.find(wanted).map(TokenStoreGrpcService::asItIs);
            var response = FindTokenResponse.newBuilder();
            found.ifPresent(result -> {
                response.setToken(answered(result.token()));
                result.claim()
                        .ifPresent(claim -> response.setRefresh(RefreshAction.REFRESH_NOW)
                                .setClaim(RefreshMessages.messageOf(claim)));
            });
            return response.build();
        });
    }

    @Override
    public void findTokenById(FindTokenByIdRequest request, StreamObserver<FindTokenByIdResponse> responses) {
        respond(responses, () -> {
            var id = new TokenId(request.getId());
            var found = request.getWillRefresh()
                    ? refreshes.findById(id, RefreshMessages.requestOf(request))
                    : store.findById(id).map(TokenStoreGrpcService::asItIs);
            var result = found.orElseThrow(CallErrors::tokenNotFound);
            var response = FindTokenByIdResponse.newBuilder().setToken(answered(result.token()));
            result.claim()
                    .ifPresent(claim ->
                            response.setRefresh(RefreshAction.REFRESH_NOW).setClaim(RefreshMessages.messageOf(claim)));
            return response.build();
        });
    }

    @Override
    public void saveToken(SaveTokenRequest request, StreamObserver<SaveTokenResponse> responses) {
        respond(responses, () -> {
            var given = TokenMessages.fieldsOf(request.getToken());
            var condition = RefreshMessages.conditionOf(request);
            return switch (store.save(given, condition)) {
                case SaveResult.Saved saved -> {
                    condition.claim().ifPresent(refreshes::saved);
                    listener.saved(given, saved.token());
                    yield SaveTokenResponse.newBuilder()
                            .setToken(answered(saved.token()))
                            .build();
                }
                case SaveResult.VersionConflict conflict -> throw CallErrors.versionConflict(conflict.currentVersion());
                case SaveResult.TokenDeleted deleted -> throw CallErrors.tokenDeleted();
            };
        });
    }

    @Override
    public void deleteToken(DeleteTokenRequest request, StreamObserver<DeleteTokenResponse> responses) {
        respond(responses, () -> {
            var id = new TokenId(request.getId());
            var isDeleted = request.getExpectedVersion().isEmpty()
                    ? store.delete(id)
                    : store.deleteIfVersion(id, request.getExpectedVersion());
            return DeleteTokenResponse.newBuilder().setDeleted(isDeleted).build();
        });
    }

    @Override
    public void getTokens(GetTokensRequest request, StreamObserver<GetTokensResponse> responses) {
        respond(responses, () -> {
            var page = store.list(request.getPageSize(), request.getPageToken());
            var response =
                    GetTokensResponse.newBuilder().setNextPageToken(page.next().orElse(""));
            page.tokens().forEach(token -> response.addTokens(TokenMessages.messageOf(token)));
            return response.build();
        });
    }

    @Override
    public void deleteTokens(DeleteTokensRequest request, StreamObserver<DeleteTokensResponse> responses) {
        respond(
                responses,
                () -> DeleteTokensResponse.newBuilder()
                        .setDeletedCount(store.deleteAll())
                        .build());
    }

    @Override
    public void reportRejected(ReportRejectedRequest request, StreamObserver<ReportRejectedResponse> responses) {
        respond(responses, () -> {
            if (request.getAccessToken().isEmpty()) {
                throw new InvalidTokenException("access_token is missing: give the one that the API refused");
            }
            var outcome = refreshes
                    .reportRejected(new TokenId(request.getId()), new SecretValue(request.getAccessToken()))
                    .orElseThrow(CallErrors::tokenNotFound);
            return ReportRejectedResponse.newBuilder()
                    .setOutcome(RefreshMessages.messageOf(outcome))
                    .build();
        });
    }

    private static FoundToken asItIs(StoredToken token) {
        return new FoundToken(token, Optional.empty());
    }

    private static Token answered(StoredToken token) {
        CallRecorder.recordRow(token.name());
        return TokenMessages.messageOf(token);
    }

    private <T> void respond(StreamObserver<T> responses, Supplier<T> call) {
        new CallResponse<>(responses).send(() -> {
            try {
                return call.get();
            } catch (RuntimeException e) {
                report(e);
                throw e;
            }
        });
    }

    /// Counts failures of the storage and logs defects; wrong requests are neither. A cancelled call may fail with any
    /// exception, since its thread is interrupted, and is left out.
    private void report(RuntimeException failure) {
        if (Context.current().isCancelled()) {
            return;
        }
        switch (failure) {
            case StatusRuntimeException outcome -> {}
            case InvalidTokenException invalid -> {}
            case InvalidCursorException invalid -> {}
            case StorageException storage -> listener.storageFailed(storage.reason());
            default ->
                LOG.atError()
                        .setCause(new RedactedException(failure))
                        .log("a call failed because of a defect; the caller was answered INTERNAL");
        }
    }
}
