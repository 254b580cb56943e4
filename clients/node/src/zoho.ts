import type { TokenStoreClient, TokenStoreClientOptions } from "./client.js";
import { SdkTokenStore, type SdkTokenStoreOptions } from "./sdk-token-store.js";
import { checkedSdk, ZohoTokens, type ZohoSdk, type ZohoToken } from "./zoho-tokens.js";

export type { SdkTokenStoreOptions as SidecarTokenStoreOptions } from "./sdk-token-store.js";
export type { ZohoSdk, ZohoToken, ZohoUser } from "./zoho-tokens.js";

/** The token store of a Zoho CRM SDK with tokens of type `T`. */
export interface SidecarTokenStore<T> {
  /** Fills the caller's token and returns it; null, and an unchanged token, if there is none like it. */
  findToken<U>(token: U): Promise<U | null>;
  findTokenById(id: string): Promise<T>;
  saveToken(token: unknown): Promise<void>;
  deleteToken(id: string): Promise<void>;
  getTokens(): Promise<T[]>;
  deleteTokens(): Promise<void>;
  /** Closes the connection. */
  close(): void;
}

/** Takes a `TokenStoreClient`, or the options of one, or nothing; and options of its own. */
export type SidecarTokenStoreClass<T> = new (
  store?: TokenStoreClient | TokenStoreClientOptions,
  options?: SdkTokenStoreOptions,
) => SidecarTokenStore<T>;

/**
 * Returns the class `SidecarTokenStore` for the given SDK, which keeps its tokens in the token store of a sidecar. With the
 * Node SDKs it extends the SDK's `TokenStore.TokenStore`.
 *
 * @param sdk the module of a Zoho CRM SDK of generation 6.0 or newer: `import * as sdk from "@zohocrm/nodejs-sdk-7.0"`
 * @param packageName the name of its package, for messages
 * @throws TypeError if the module is no such SDK
 */
export function sidecarTokenStoreFor<T extends ZohoToken>(
  sdk: ZohoSdk<T>,
  packageName = "the Zoho CRM SDK",
): SidecarTokenStoreClass<T> {
  const tokens = new ZohoTokens(checkedSdk(sdk), packageName);

  // the TypeScript SDKs have an interface here, so nothing at run time
  return class SidecarTokenStore extends (sdk.TokenStore?.TokenStore ?? Object) {
    readonly #store: SdkTokenStore<T>;

    constructor(store: TokenStoreClient | TokenStoreClientOptions = {}, options: SdkTokenStoreOptions = {}) {
      super();
      this.#store = new SdkTokenStore(store, tokens, options);
    }

    findToken<U>(token: U): Promise<U | null> {
      return this.#store.findToken(token) as Promise<U | null>;
    }

    findTokenById(id: string): Promise<T> {
      return this.#store.findTokenById(id);
    }

    saveToken(token: unknown): Promise<void> {
      return this.#store.saveToken(token);
    }

    deleteToken(id: string): Promise<void> {
      return this.#store.deleteToken(id);
    }

    getTokens(): Promise<T[]> {
      return this.#store.getTokens();
    }

    deleteTokens(): Promise<void> {
      return this.#store.deleteTokens();
    }

    close(): void {
      this.#store.close();
    }
  };
}
