import type { SdkTokens } from "./sdk-token-store.js";
import type { TokenField } from "./token.js";

/** The `UserSignature` of either Zoho SDK. */
export interface ZohoUser {
  name: string;
  getName(): string;
}

/** The part of either Zoho SDK's `OAuthToken` that a store uses. */
export interface ZohoToken {
  getId(): unknown;
  setId(id: string): void;
  getUserSignature(): ZohoUser | null | undefined;
  setUserSignature(user: ZohoUser): void;
  getClientId(): unknown;
  setClientId(clientId: string): void;
  getClientSecret(): unknown;
  setClientSecret(clientSecret: string): void;
  getRedirectURL(): unknown;
  setRedirectURL(redirectUrl: string): void;
  getGrantToken(): unknown;
  setGrantToken(grantToken: string): void;
  getRefreshToken(): unknown;
  setRefreshToken(refreshToken: string): void;
  getAccessToken(): unknown;
  setAccessToken(accessToken: string): void;
  getAPIDomain(): unknown;
  setAPIDomain(apiDomain: string): void;
  getExpiresIn(): unknown;
  setExpiresIn(expiresIn: string): void;
}

/** How the two Zoho SDKs differ. */
export interface ZohoSdk<T extends ZohoToken> {
  /** The name of its npm package. */
  readonly name: string;
  isOAuthToken(value: unknown): value is T;
  newOAuthToken(): T;
  newUserSignature(name: string): ZohoUser;
  newException(code: string, message: string, cause: unknown): Error;
}

type PlainField = Exclude<TokenField, "userSignature">;

const ACCESSORS = {
  id: ["getId", "setId"],
  clientId: ["getClientId", "setClientId"],
  clientSecret: ["getClientSecret", "setClientSecret"],
  redirectUrl: ["getRedirectURL", "setRedirectURL"],
  grantToken: ["getGrantToken", "setGrantToken"],
  refreshToken: ["getRefreshToken", "setRefreshToken"],
  accessToken: ["getAccessToken", "setAccessToken"],
  apiDomain: ["getAPIDomain", "setAPIDomain"],
  expiresIn: ["getExpiresIn", "setExpiresIn"],
} as const satisfies Record<PlainField, readonly [keyof ZohoToken, keyof ZohoToken]>;

/** Reads and fills the `OAuthToken` of either Zoho SDK through its getters and setters. */
export class ZohoTokens<T extends ZohoToken> implements SdkTokens<T> {
  readonly #sdk: ZohoSdk<T>;

  constructor(sdk: ZohoSdk<T>) {
    this.#sdk = sdk;
  }

  /** Fails for an OAuthToken of another copy of the SDK, which would otherwise silently not be stored. */
  isToken(value: unknown): value is T {
    if (this.#sdk.isOAuthToken(value)) {
      return true;
    }
    if (typeof value === "object" && value?.constructor?.name === "OAuthToken") {
      throw new TypeError(
        `this OAuthToken belongs to another copy of ${this.#sdk.name} than the one the token store uses: ` +
          `see both with "npm ls ${this.#sdk.name}" and keep one`,
      );
    }
    return false;
  }

  create(): T {
    return this.#sdk.newOAuthToken();
  }

  get(token: T, field: TokenField): unknown {
    return field === "userSignature" ? token.getUserSignature()?.getName() : token[ACCESSORS[field][0]]();
  }

  set(token: T, field: TokenField, value: string): void {
    if (field === "userSignature") {
      token.setUserSignature(this.#sdk.newUserSignature(value));
    } else {
      token[ACCESSORS[field][1]](value);
    }
  }

  failure(message: string, cause: unknown): Error {
    return this.#sdk.newException("TOKEN_STORE", message, cause);
  }
}
