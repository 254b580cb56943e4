import { OAuthToken, SDKException, UserSignature, type Token, type TokenStore } from "@zohocrm/typescript-sdk-8.0";
import type { TokenStoreClient, TokenStoreClientOptions } from "./client.js";
import { StoreOperations, type Sdk } from "./zoho/store-operations.js";

const SDK: Sdk<OAuthToken> = {
  name: "@zohocrm/typescript-sdk-8.0",
  isOAuthToken: (value): value is OAuthToken => value instanceof OAuthToken,
  newOAuthToken: () => new OAuthToken(null, null, null, null, null, null, null, null),
  newUserSignature: (name) => new UserSignature(name),
  // given to the constructor, the cause's text would be appended to the message, and "undefined" where details are not null
  newException: (code, message, cause) => Object.assign(new SDKException(code, message), { details: null, cause }),
};

/** Keeps the tokens of `@zohocrm/typescript-sdk-8.0` in the token store that a sidecar serves. */
export class SidecarTokenStore implements TokenStore.TokenStore {
  readonly #operations: StoreOperations<OAuthToken>;

  /** @throws TypeError if an option, or `TOKENSTORE_ADDRESS`, is malformed */
  constructor(store: TokenStoreClient | TokenStoreClientOptions = {}) {
    this.#operations = new StoreOperations(SDK, store);
  }

  findToken(token: Token.Token): Promise<Token.Token | null> {
    return this.#operations.findToken(token) as Promise<Token.Token | null>;
  }

  findTokenById(id: string): Promise<OAuthToken> {
    return this.#operations.findTokenById(id);
  }

  saveToken(token: Token.Token): Promise<void> {
    return this.#operations.saveToken(token);
  }

  deleteToken(id: string): Promise<void> {
    return this.#operations.deleteToken(id);
  }

  getTokens(): Promise<OAuthToken[]> {
    return this.#operations.getTokens();
  }

  deleteTokens(): Promise<void> {
    return this.#operations.deleteTokens();
  }

  /** Closes the connection. */
  close(): void {
    this.#operations.close();
  }
}
