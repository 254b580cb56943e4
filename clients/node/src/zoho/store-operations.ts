import { TokenStoreClient, type TokenStoreClientOptions } from "../client.js";
import { TokenStoreError } from "../token-store-error.js";
import type { Token, TokenField, TokenFields } from "../token.js";

/** The user of a token, in either SDK. */
export interface SdkUser {
  name: string;
  getName(): string;
}

/** The OAuthToken of either SDK: the part a store uses. */
export interface SdkToken {
  getId(): unknown;
  setId(id: string): void;
  getUserSignature(): SdkUser | null | undefined;
  setUserSignature(user: SdkUser): void;
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

/** What an SDK has of its own. */
export interface Sdk<T extends SdkToken> {
  /** The name of its npm package. */
  readonly name: string;
  isOAuthToken(value: unknown): value is T;
  newOAuthToken(): T;
  newUserSignature(name: string): SdkUser;
  /** An SDKException with this code and exactly this message. */
  newException(code: string, message: string, cause: unknown): Error;
}

interface Field<T extends SdkToken> {
  get(token: T): unknown;
  set(token: T, value: string): void;
}

/**
 * What a token store does for an SDK, the same for both: it translates between the SDK's OAuthToken and the store, and
 * follows the rules of all adapters. Every method returns a promise, also where it fails, for the SDKs call `catch` on
 * what they get; it then fails with an SDKException of code `TOKEN_STORE`.
 */
export class StoreOperations<T extends SdkToken> {
  readonly #sdk: Sdk<T>;
  readonly #client: TokenStoreClient;
  readonly #fields: Record<TokenField, Field<T>>;

  constructor(sdk: Sdk<T>, store: TokenStoreClient | TokenStoreClientOptions) {
    this.#sdk = sdk;
    this.#client = store instanceof TokenStoreClient ? store : new TokenStoreClient(store);
    this.#fields = fieldsOf(sdk);
  }

  /** Fills the caller's object and returns it; null, and the object untouched, if there is no such token. */
  async findToken(token: unknown): Promise<unknown> {
    if (!this.#isOAuthToken(token)) {
      return token;
    }
    return this.#raising(async () => {
      const row = await this.#client.findToken({
        ...this.#given(token),
        // a user without a name matches nothing; without a user other fields decide
        ...(token.getUserSignature() ? { userSignature: token.getUserSignature()?.getName() ?? "" } : {}),
      });
      if (row === null) {
        return null;
      }
      this.#fill(token, row);
      return token;
    });
  }

  /** Returns a new object with the stored token; fails if there is none. */
  async findTokenById(id: unknown): Promise<T> {
    return this.#raising(async () => {
      const token = this.#sdk.newOAuthToken();
      this.#fill(token, await this.#client.findTokenById(stringOf("id", id) ?? ""));
      return token;
    });
  }

  /** Stores what the caller's object has, and gives it its id and what else is stored. */
  async saveToken(token: unknown): Promise<void> {
    if (!this.#isOAuthToken(token)) {
      return;
    }
    await this.#raising(async () => this.#fill(token, await this.#client.saveToken(this.#given(token))));
  }

  async deleteToken(id: unknown): Promise<void> {
    await this.#raising(() => this.#client.deleteToken(stringOf("id", id) ?? ""));
  }

  async getTokens(): Promise<T[]> {
    return this.#raising(async () => {
      const tokens: T[] = [];
      for await (const row of this.#client.getTokens({ pageSize: 1000 })) {
        const token = this.#sdk.newOAuthToken();
        this.#fill(token, row);
        tokens.push(token);
      }
      return tokens;
    });
  }

  async deleteTokens(): Promise<void> {
    await this.#raising(() => this.#client.deleteTokens());
  }

  close(): void {
    this.#client.close();
  }

  /** Whether the SDK's own stores would store this. An OAuthToken of another copy of the SDK must not be lost silently. */
  #isOAuthToken(value: unknown): value is T {
    if (this.#sdk.isOAuthToken(value)) {
      return true;
    }
    if (typeof value === "object" && value?.constructor?.name === "OAuthToken") {
      throw this.#sdk.newException(
        "TOKEN_STORE",
        `this OAuthToken belongs to another copy of ${this.#sdk.name} than the one the token store uses: ` +
          `see both with "npm ls ${this.#sdk.name}" and keep one`,
        undefined,
      );
    }
    return false;
  }

  /** The fields that the caller's object has. */
  #given(token: T): TokenFields {
    const given: Partial<Record<TokenField, string>> = {};
    for (const [name, field] of this.#entries()) {
      const value = stringOf(name, field.get(token));
      if (value !== undefined) {
        given[name] = value;
      }
    }
    return given;
  }

  /** Gives the caller's object the row's id and those fields that it lacks. */
  #fill(token: T, row: Token): void {
    const accessToken = this.#fields.accessToken.get(token);
    // a deadline belongs to an access token: another one must not look fresh because of it
    const deadlineFits = isAbsent(accessToken) || accessToken === row.accessToken;
    for (const [name, field] of this.#entries()) {
      const value = row[name];
      if (value !== undefined && isAbsent(field.get(token)) && (name !== "expiresIn" || deadlineFits)) {
        field.set(token, value);
      }
    }
    token.setId(row.id);
  }

  #entries(): [TokenField, Field<T>][] {
    return Object.entries(this.#fields) as [TokenField, Field<T>][];
  }

  /** Runs a call; what it fails with becomes the SDK's exception. */
  async #raising<R>(call: () => Promise<R>): Promise<R> {
    try {
      return await call();
    } catch (failure) {
      throw this.#sdk.newException("TOKEN_STORE", sentenceOf(failure), failure);
    }
  }
}

/** Where an OAuthToken keeps the ten fields. */
function fieldsOf<T extends SdkToken>(sdk: Sdk<T>): Record<TokenField, Field<T>> {
  return {
    id: { get: (token) => token.getId(), set: (token, value) => token.setId(value) },
    userSignature: {
      get: (token) => token.getUserSignature()?.getName(),
      set: (token, value) => token.setUserSignature(sdk.newUserSignature(value)),
    },
    clientId: { get: (token) => token.getClientId(), set: (token, value) => token.setClientId(value) },
    clientSecret: { get: (token) => token.getClientSecret(), set: (token, value) => token.setClientSecret(value) },
    redirectUrl: { get: (token) => token.getRedirectURL(), set: (token, value) => token.setRedirectURL(value) },
    grantToken: { get: (token) => token.getGrantToken(), set: (token, value) => token.setGrantToken(value) },
    refreshToken: { get: (token) => token.getRefreshToken(), set: (token, value) => token.setRefreshToken(value) },
    accessToken: { get: (token) => token.getAccessToken(), set: (token, value) => token.setAccessToken(value) },
    apiDomain: { get: (token) => token.getAPIDomain(), set: (token, value) => token.setAPIDomain(value) },
    expiresIn: { get: (token) => token.getExpiresIn(), set: (token, value) => token.setExpiresIn(value) },
  };
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined || value === "";
}

/** The text of a value on an OAuthToken; undefined if it is absent. Nothing keeps JavaScript from setting a number. */
function stringOf(name: string, value: unknown): string | undefined {
  if (isAbsent(value)) {
    return undefined;
  }
  if (typeof value === "number" || typeof value === "bigint") {
    return String(value);
  }
  if (typeof value !== "string") {
    throw new TypeError(`${name} of an OAuthToken must be a string, not of type ${typeof value}`);
  }
  return value;
}

function sentenceOf(failure: unknown): string {
  if (failure instanceof TokenStoreError && failure.tokenIsGone) {
    return "there is no token with this id: it was deleted, or its session is over; initialize the SDK again, without the id";
  }
  return failure instanceof Error ? failure.message : String(failure);
}
