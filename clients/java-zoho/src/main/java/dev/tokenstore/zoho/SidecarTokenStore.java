package dev.tokenstore.zoho;

import com.zoho.api.authenticator.OAuthToken;
import com.zoho.api.authenticator.Token;
import com.zoho.api.authenticator.store.TokenStore;
import com.zoho.crm.api.exception.SDKException;
import dev.tokenstore.client.SdkTokenStore;
import dev.tokenstore.client.TokenStoreClient;
import java.util.ArrayList;
import java.util.List;

/// The Zoho CRM SDK's `TokenStore` that keeps tokens in the store of a sidecar. Thread-safe. The stores of one address
/// share a connection, so each `initialize()` may have its own, and none has to be closed before the app ends.
///
/// ```java
/// new Initializer.Builder().environment(environment).token(token).store(new SidecarTokenStore()).initialize();
/// ```
public final class SidecarTokenStore implements TokenStore, AutoCloseable {
    private final TokenStoreClient client;
    private final SdkTokenStore<OAuthToken, SDKException> store;

    /// Uses the sidecar at `TOKENSTORE_ADDRESS`, else at `127.0.0.1:50051`.
    public SidecarTokenStore() {
        this(TokenStoreClient.connect());
    }

    /// @param client closed with this store
    public SidecarTokenStore(TokenStoreClient client) {
        this(client, true);
    }

    /// @param client closed with this store
    /// @param coordinatesRefresh whether of all processes that share a due token one refreshes it; false: each does
    public SidecarTokenStore(TokenStoreClient client, boolean coordinatesRefresh) {
        this.client = client;
        this.store = new SdkTokenStore<>(client, new ZohoTokens(), coordinatesRefresh);
    }

    @Override
    public Token findToken(Token token) throws SDKException {
        return token instanceof OAuthToken ? store.findToken((OAuthToken) token) : token;
    }

    @Override
    public Token findTokenById(String id) throws SDKException {
        return store.findTokenById(id);
    }

    @Override
    public void saveToken(Token token) throws SDKException {
        if (token instanceof OAuthToken) {
            store.saveToken((OAuthToken) token);
        }
    }

    @Override
    public void deleteToken(String id) throws SDKException {
        store.deleteToken(id);
    }

    @Override
    public List<Token> getTokens() throws SDKException {
        return new ArrayList<>(store.getTokens());
    }

    @Override
    public void deleteTokens() throws SDKException {
        store.deleteTokens();
    }

    @Override
    public void close() {
        client.close();
    }
}
