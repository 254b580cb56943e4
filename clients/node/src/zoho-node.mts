import { OAuthToken, SDKException, TokenStore, UserSignature } from "@zohocrm/nodejs-sdk-8.0";
import type { TokenStoreClient, TokenStoreClientOptions } from "./client.js";
import { StoreOperations, type Sdk, type SdkToken } from "./zoho/store-operations.js";

const SDK: Sdk<SdkToken> = {
  name: "@zohocrm/nodejs-sdk-8.0",
  isOAuthToken: (value): value is SdkToken => value instanceof OAuthToken,
  newOAuthToken: () => new OAuthToken(),
  newUserSignature: (name) => new UserSignature(name),
  // given to the constructor, the cause's text would be appended to the message
  newException: (code, message, cause) => Object.assign(new SDKException(code, message), { cause }),
};

/**
 * Keeps the tokens of `@zohocrm/nodejs-sdk-8.0` in the token store that a sidecar serves. Its constructor takes a
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

// a constant, for the declaration of a class would name the SDK, which has no types
export const SidecarTokenStore: new (store?: TokenStoreClient | TokenStoreClientOptions) => SidecarTokenStore =
  class SidecarTokenStore extends TokenStore.TokenStore {
    readonly #operations: StoreOperations<SdkToken>;

    constructor(store: TokenStoreClient | TokenStoreClientOptions = {}) {
      super();
      this.#operations = new StoreOperations(SDK, store);
    }

    findToken(token: unknown): Promise<unknown> {
      return this.#operations.findToken(token);
    }

    findTokenById(id: string): Promise<unknown> {
      return this.#operations.findTokenById(id);
    }

    saveToken(token: unknown): Promise<void> {
      return this.#operations.saveToken(token);
    }

    deleteToken(id: string): Promise<void> {
      return this.#operations.deleteToken(id);
    }

    getTokens(): Promise<unknown[]> {
      return this.#operations.getTokens();
    }

    deleteTokens(): Promise<void> {
      return this.#operations.deleteTokens();
    }

    close(): void {
      this.#operations.close();
    }
  };
