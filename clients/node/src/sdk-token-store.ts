import { TokenStoreClient, type TokenStoreClientOptions, type WillRefresh } from "./client.js";
import { HeldClaims } from "./held-claims.js";
import { TokenStoreError } from "./token-store-error.js";
import { TOKEN_FIELDS, type Token, type TokenField, type TokenFields } from "./token.js";

/** Creates, reads and fills the token objects of one SDK; each SDK's adapter implements it. */
export interface SdkTokens<T> {
  /** Whether the SDK's own stores would store this value. */
  isToken(value: unknown): value is T;
  /** Returns a new token without values. */
  create(): T;
  /** Calls the SDK's getter. */
  get(token: T, field: TokenField): unknown;
  /** Calls the SDK's setter with a value that is not empty. */
  set(token: T, field: TokenField, value: string): void;
  /** Does something if the SDK's next refresh of this token fails. */
  onFailedRefresh(token: T, act: () => void): void;
  /** Returns the exception that the SDK's own stores throw, with exactly this message. */
  failure(message: string, cause: unknown): Error;
}

/** How an SDK's store behaves. */
export interface SdkTokenStoreOptions {
  /**
   * Whether, of all processes that share a token and find it due, one refreshes it and the others wait for it. Default:
   * true. With false each process refreshes for itself.
   */
  readonly coordinateRefresh?: boolean | undefined;
}

/** SDKs refresh a token five seconds before it expires. */
const SDK_MARGIN_MILLIS = 6000;

/** An `expiresIn` of 1970, which makes every SDK refresh; it is never stored. */
const LONG_AGO = "1";

const GONE =
  "there is no token with this id: it was deleted, or its session is over; initialize the SDK again, without the id";

/**
 * The six operations on an SDK's own token objects; the adapter for an SDK delegates to it. The rules are the same for
 * every SDK and in every language (`clients/adapter-cases.json`).
 *
 * A value that is null, undefined or "" is absent. Values of the caller's object take precedence over stored ones, except
 * for the id. Every method returns a promise, also where it fails, because the SDKs call `catch` on the result.
 */
export class SdkTokenStore<T extends object> {
  readonly #client: TokenStoreClient;
  readonly #sdk: SdkTokens<T>;
  readonly #coordinateRefresh: boolean;
  readonly #claims = new HeldClaims<T>();

  constructor(
    store: TokenStoreClient | TokenStoreClientOptions,
    sdk: SdkTokens<T>,
    options: SdkTokenStoreOptions = {},
  ) {
    this.#client = store instanceof TokenStoreClient ? store : new TokenStoreClient(store);
    this.#sdk = sdk;
    this.#coordinateRefresh = options.coordinateRefresh ?? true;
  }

  /** Fills the caller's object and returns it; null, and an unchanged object, if there is no such token. */
  async findToken(token: unknown): Promise<unknown> {
    return this.#call(async () => {
      if (!this.#sdk.isToken(token)) {
        return token;
      }
      const given = this.#read(token);
      // by its id alone the SDK looks a token up to revoke it
      const isLookup = TOKEN_FIELDS.every((field) => field === "id" || !given[field]);
      const row = await this.#client.findToken(given, isLookup ? {} : this.#willRefresh());
      if (row === null) {
        return null;
      }
      // expiresIn belongs to one access token: with another one it would make that look valid
      const expiryFits = !given.accessToken || given.accessToken === row.accessToken;
      this.#fill(token, given, expiryFits ? row : { ...row, expiresIn: undefined });
      if (expiryFits) {
        this.#makeRefresh(token, row);
      } else if (row.claim) {
        this.#claims.abandon(row.claim);
      }
      return token;
    });
  }

  /** Returns a new object with every stored value; fails if there is no such token. */
  async findTokenById(id: unknown): Promise<T> {
    return this.#call(async () => {
      const row = await this.#client.findTokenById(stringOf("id", id) ?? "", this.#willRefresh());
      const token = this.#newToken(row);
      this.#makeRefresh(token, row);
      return token;
    });
  }

  /** Stores the values of the object, then sets its id and the stored values that it lacks. */
  async saveToken(token: unknown): Promise<void> {
    await this.#call(async () => {
      if (this.#sdk.isToken(token)) {
        const read = this.#read(token);
        const given = read.expiresIn === LONG_AGO ? { ...read, expiresIn: undefined } : read;
        this.#fill(token, given, await this.#client.saveToken(given, { claim: this.#claims.take(token) }));
      }
    });
  }

  async deleteToken(id: unknown): Promise<void> {
    await this.#call(async () => this.#client.deleteToken(stringOf("id", id) ?? ""));
  }

  async getTokens(): Promise<T[]> {
    return this.#call(async () => {
      const tokens: T[] = [];
      for await (const row of this.#client.getTokens()) {
        tokens.push(this.#newToken(row));
      }
      return tokens;
    });
  }

  async deleteTokens(): Promise<void> {
    await this.#call(() => this.#client.deleteTokens());
  }

  close(): void {
    this.#client.close();
  }

  #willRefresh(): { willRefresh?: WillRefresh } {
    return this.#coordinateRefresh
      ? { willRefresh: { minValidForMillis: SDK_MARGIN_MILLIS, abandonedClaim: this.#claims.nextAbandoned() } }
      : {};
  }

  /** Makes the SDK refresh a token whose claim it holds, whatever its own clock says. */
  #makeRefresh(token: T, { claim }: Token): void {
    if (claim !== undefined) {
      this.#sdk.set(token, "expiresIn", LONG_AGO);
      this.#claims.add(token, claim);
      this.#sdk.onFailedRefresh(token, () => this.#claims.abandon(claim));
    }
  }

  #read(token: T): TokenFields {
    return Object.fromEntries(TOKEN_FIELDS.map((field) => [field, stringOf(field, this.#sdk.get(token, field))]));
  }

  #fill(token: T, given: TokenFields, row: TokenFields): void {
    for (const field of TOKEN_FIELDS) {
      const value = row[field];
      if (value && (field === "id" || !given[field])) {
        this.#sdk.set(token, field, value);
      }
    }
  }

  #newToken(row: TokenFields): T {
    const token = this.#sdk.create();
    this.#fill(token, {}, row);
    return token;
  }

  async #call<R>(call: () => Promise<R>): Promise<R> {
    try {
      return await call();
    } catch (failure) {
      const message = failure instanceof Error ? failure.message : String(failure);
      throw this.#sdk.failure(TokenStoreError.isTokenGone(failure) ? GONE : message, failure);
    }
  }
}

/** Returns the text of a value; undefined if it is null. A number counts as text: JavaScript code may set one. */
function stringOf(name: string, value: unknown): string | undefined {
  if (value === null || value === undefined) {
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
