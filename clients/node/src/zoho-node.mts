import { OAuthToken, SDKException, TokenStore, UserSignature } from "@zohocrm/nodejs-sdk-8.0";
import type { TokenStoreClient, TokenStoreClientOptions } from "./client.js";
import { SdkTokenStore } from "./sdk-token-store.js";
import { ZohoTokens, type ZohoSdk, type ZohoToken } from "./zoho-tokens.js";

const SDK: ZohoSdk<ZohoToken> = {
  name: "@zohocrm/nodejs-sdk-8.0",
  isOAuthToken: (value): value is ZohoToken => value instanceof OAuthToken,
  newOAuthToken: () => new OAuthToken(),
  newUserSignature: (name) => new UserSignature(name),
  // given to the constructor, the cause's text would be appended to the message
  newException: (code, message, cause) => Object.assign(new SDKException(code, message), { cause }),
};

/**
 * Keeps the tokens of `@zohocrm/nodejs-sdk-8.0` in the token store of a sidecar. Its constructor takes a
 * `TokenStoreClient` or the options of one, or nothing; it extends the SDK's `TokenStore.TokenStore`.
 */
export interface SidecarTokenStore {
  findToken(token: unknown): Promise<unknown>;
  findTokenById(id: string): Promise<unknown>;
  saveToken(token: unknown): Promise<void>;
  deleteToken(id: string): Promise<void>;
  getTokens(): Promise<unknown[]>;
  deleteTokens(): Promise<void>;
  /** Closes the connection. */
  close(): void;
}

// a constant: the declaration of a class would name the SDK, which has no types
export const SidecarTokenStore: new (store?: TokenStoreClient | TokenStoreClientOptions) => SidecarTokenStore =
  class SidecarTokenStore extends TokenStore.TokenStore {
    readonly #store: SdkTokenStore<ZohoToken>;

    constructor(store: TokenStoreClient | TokenStoreClientOptions = {}) {
      super();
      this.#store = new SdkTokenStore(store, new ZohoTokens(SDK));
    }

    findToken(token: unknown): Promise<unknown> {
      return this.#store.findToken(token);
    }

    findTokenById(id: string): Promise<unknown> {
      return this.#store.findTokenById(id);
    }

    saveToken(token: unknown): Promise<void> {
      return this.#store.saveToken(token);
    }

    deleteToken(id: string): Promise<void> {
      return this.#store.deleteToken(id);
    }

    getTokens(): Promise<unknown[]> {
      return this.#store.getTokens();
    }

    deleteTokens(): Promise<void> {
      return this.#store.deleteTokens();
    }

    close(): void {
      this.#store.close();
    }
  };
