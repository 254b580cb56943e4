import { OAuthToken, SDKException, UserSignature, type Token, type TokenStore } from "@zohocrm/typescript-sdk-8.0";
import type { TokenStoreClient, TokenStoreClientOptions } from "./client.js";
import { SdkTokenStore } from "./sdk-token-store.js";
import { ZohoTokens, type ZohoSdk } from "./zoho-tokens.js";

const SDK: ZohoSdk<OAuthToken> = {
  name: "@zohocrm/typescript-sdk-8.0",
  isOAuthToken: (value): value is OAuthToken => value instanceof OAuthToken,
  newOAuthToken: () => new OAuthToken(null, null, null, null, null, null, null, null),
  newUserSignature: (name) => new UserSignature(name),
  // given to the constructor, the cause's text would be appended to the message, and "undefined" where details are not null
  newException: (code, message, cause) => Object.assign(new SDKException(code, message), { details: null, cause }),
};

/** Keeps the tokens of `@zohocrm/typescript-sdk-8.0` in the token store of a sidecar. */
export class SidecarTokenStore implements TokenStore.TokenStore {
  readonly #store: SdkTokenStore<OAuthToken>;

  /** @throws TypeError if an option, or `TOKENSTORE_ADDRESS`, is malformed */
  constructor(store: TokenStoreClient | TokenStoreClientOptions = {}) {
    this.#store = new SdkTokenStore(store, new ZohoTokens(SDK));
  }

  findToken(token: Token.Token): Promise<Token.Token | null> {
    return this.#store.findToken(token) as Promise<Token.Token | null>;
  }

  findTokenById(id: string): Promise<OAuthToken> {
    return this.#store.findTokenById(id);
  }

  saveToken(token: Token.Token): Promise<void> {
    return this.#store.saveToken(token);
  }

  deleteToken(id: string): Promise<void> {
    return this.#store.deleteToken(id);
  }

  getTokens(): Promise<OAuthToken[]> {
    return this.#store.getTokens();
  }

  deleteTokens(): Promise<void> {
    return this.#store.deleteTokens();
  }

  /** Closes the connection. */
  close(): void {
    this.#store.close();
  }
}
