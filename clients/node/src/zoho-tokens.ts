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

/** What a store uses of the module of a Zoho SDK. */
export interface ZohoSdk<T extends ZohoToken> {
  // eight values that may be null, the same in all SDKs
  readonly OAuthToken: new (...values: any[]) => T;
  readonly UserSignature: new (name: string) => ZohoUser;
  // not Error: the TypeScript SDKs declare its cause as private
  readonly SDKException: new (code: string, message: string) => object;
  readonly TokenStore?: { readonly TokenStore?: new () => object };
}

/** The method that refreshes; the TypeScript SDKs declare it as private. */
const REFRESH = "refreshAccessToken";

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

/**
 * Returns the module if it is an SDK whose tokens a store can read and fill.
 *
 * @throws TypeError naming what it lacks
 */
export function checkedSdk<T extends ZohoToken>(sdk: ZohoSdk<T>): ZohoSdk<T> {
  const classes = ["OAuthToken", "UserSignature", "SDKException"] as const;
  const accessors = [...Object.values(ACCESSORS).flat(), "getUserSignature", "setUserSignature"];
  const missing =
    classes.find((name) => typeof sdk?.[name] !== "function") ??
    accessors.map((name) => `OAuthToken.${name}`).find((_, i) => !(accessors[i]! in sdk.OAuthToken.prototype));
  if (missing !== undefined) {
    throw new TypeError(
      `what was given as a Zoho CRM SDK has no ${missing}; give the module of one of generation 6.0 or newer`,
    );
  }
  return sdk;
}

/** Reads and fills the `OAuthToken` of either Zoho SDK through its getters and setters. */
export class ZohoTokens<T extends ZohoToken> implements SdkTokens<T> {
  readonly #sdk: ZohoSdk<T>;
  readonly #name: string;

  /** @param name of the SDK, for messages */
  constructor(sdk: ZohoSdk<T>, name: string) {
    this.#sdk = sdk;
    this.#name = name;
  }

  /** Fails for an OAuthToken of another copy or generation of the SDK, which would otherwise silently not be stored. */
  isToken(value: unknown): value is T {
    if (value instanceof this.#sdk.OAuthToken) {
      return true;
    }
    if (typeof value === "object" && value?.constructor?.name === "OAuthToken") {
      throw new TypeError(
        `this OAuthToken belongs to another copy of ${this.#name} than the one the token store uses, or to another ` +
          'generation: see all with "npm ls --all" and keep one, or give sidecarTokenStoreFor the one the token is of',
      );
    }
    return false;
  }

  create(): T {
    return new this.#sdk.OAuthToken(null, null, null, null, null, null, null, null);
  }

  get(token: T, field: TokenField): unknown {
    return field === "userSignature" ? token.getUserSignature()?.getName() : token[ACCESSORS[field][0]]();
  }

  set(token: T, field: TokenField, value: string): void {
    if (field === "userSignature") {
      token.setUserSignature(new this.#sdk.UserSignature(value));
    } else {
      token[ACCESSORS[field][1]](value);
    }
  }

  onFailedRefresh(token: T, act: () => void): void {
    // the SDKs call it on the object that they found; not enumerable, because they copy what is
    Object.defineProperty(token, REFRESH, {
      configurable: true,
      value: async (...args: unknown[]): Promise<unknown> => {
        Reflect.deleteProperty(token, REFRESH);
        try {
          return await Reflect.apply(Reflect.get(token as object, REFRESH), token, args);
        } catch (failure) {
          act();
          throw failure;
        }
      },
    });
  }

  failure(message: string, cause: unknown): Error {
    // given to the constructor, the cause's text would be appended to the message, as details are unless they are null
    return Object.assign(new this.#sdk.SDKException("TOKEN_STORE", message), { details: null, cause }) as unknown as Error;
  }
}
