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
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenResponse;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage.InvalidCursorException;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.TokenId;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The six operations over gRPC.
final class TokenStoreGrpcService extends TokenStoreServiceGrpc.TokenStoreServiceImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(TokenStoreGrpcService.class);

    private final TokenStore store;
    private final CallListener listener;

    TokenStoreGrpcService(TokenStore store, CallListener listener) {
        this.store = store;
        this.listener = listener;
    }

    @Override
    public void findToken(FindTokenRequest request, StreamObserver<FindTokenResponse> responses) {
        respond(responses, () -> {
            var found = store.find(TokenMessages.fieldsOf(request.getToken()));
            var response = FindTokenResponse.newBuilder();
            found.ifPresent(token -> response.setToken(answered(token)));
            return response.build();
        });
    }

    @Override
    public void findTokenById(FindTokenByIdRequest request, StreamObserver<FindTokenByIdResponse> responses) {
        respond(responses, () -> {
            var token = store.findById(new TokenId(request.getId())).orElseThrow(CallErrors::tokenNotFound);
            return FindTokenByIdResponse.newBuilder().setToken(answered(token)).build();
        });
    }

    @Override
    public void saveToken(SaveTokenRequest request, StreamObserver<SaveTokenResponse> responses) {
        respond(responses, () -> {
            var given = TokenMessages.fieldsOf(request.getToken());
            var expectedVersion = request.getExpectedVersion();
            var result = expectedVersion.isEmpty() ? store.save(given) : store.saveIfVersion(given, expectedVersion);
            return switch (result) {
                case SaveResult.Saved saved -> {
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
            store.delete(new TokenId(request.getId()));
            return DeleteTokenResponse.getDefaultInstance();
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
