import { inspect } from "node:util";

/**
 * The fields of a token that can be given. An empty value counts as not given, except for an empty `userSignature` in a
 * find, which matches nothing. What each means is said in `token_store.proto`.
 */
export interface TokenFields {
  /** Opaque text. The store generates one for a new token that is saved without. */
  readonly id?: string | null | undefined;
  /** Whose token it is. */
  readonly userSignature?: string | null | undefined;
  readonly clientId?: string | null | undefined;
  readonly clientSecret?: string | null | undefined;
  readonly redirectUrl?: string | null | undefined;
  readonly grantToken?: string | null | undefined;
  readonly refreshToken?: string | null | undefined;
  readonly accessToken?: string | null | undefined;
  /** The base URL of the API the token is for. */
  readonly apiDomain?: string | null | undefined;
  /** When the access token expires: milliseconds since 1970 in decimal digits, kept as the same text. */
  readonly expiresIn?: string | null | undefined;
}

/** The names of the ten fields. */
export const TOKEN_FIELDS = [
  "id",
  "userSignature",
  "clientId",
  "clientSecret",
  "redirectUrl",
  "grantToken",
  "refreshToken",
  "accessToken",
  "apiDomain",
  "expiresIn",
] as const satisfies readonly (keyof TokenFields)[];

/** The name of one of the ten fields. */
export type TokenField = (typeof TOKEN_FIELDS)[number];

/** A caller's claim to refresh a token: while it is in force, no other caller is told to refresh it. */
export interface Claim {
  readonly nonce: string;
  /** The version of the token that is to be refreshed. */
  readonly version: string;
}

/** What a store knows about a token besides its fields. */
export interface StoredTokenInfo {
  readonly version?: string;
  readonly expireTime?: Date;
  readonly createTime?: Date;
  readonly updateTime?: Date;
  readonly claim?: Claim;
}

/**
 * A token as it is stored. A field that is not stored is no property of it.
 *
 * `console.log`, `util.inspect` and `JSON.stringify` show which fields there are, never their values. A copy made with
 * `{...token}` is a plain object, and shows everything.
 */
export class Token implements TokenFields, StoredTokenInfo {
  declare readonly id: string;
  declare readonly userSignature?: string;
  declare readonly clientId?: string;
  declare readonly clientSecret?: string;
  declare readonly redirectUrl?: string;
  declare readonly grantToken?: string;
  declare readonly refreshToken?: string;
  declare readonly accessToken?: string;
  declare readonly apiDomain?: string;
  declare readonly expiresIn?: string;
  /** Opaque; changed by saves of this token alone. Give it as `expectedVersion` to save only what nobody saved meanwhile. */
  declare readonly version?: string;
  /** The moment of `expiresIn`. */
  declare readonly expireTime?: Date;
  /** When the token was first saved. */
  declare readonly createTime?: Date;
  /** When the token was last saved. */
  declare readonly updateTime?: Date;
  /** Set if the caller of a find said that it will refresh, and is to do so now. Give it to the save. */
  declare readonly claim?: Claim;

  /** @internal */
  constructor(stored: TokenFields & StoredTokenInfo) {
    Object.assign(this, stored);
  }

  /** What may be seen of this token. */
  toJSON(): Record<string, unknown> {
    const shown: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(this)) {
      shown[name] = isSecret(name) ? "<redacted>" : value;
    }
    return shown;
  }

  [inspect.custom](depth: number, options: object): string {
    return depth < 0 ? "[Token]" : `Token ${inspect(this.toJSON(), options)}`;
  }
}

/** Whether a field's value must not be shown: all that the .proto file marks `debug_redact`. */
function isSecret(name: string): boolean {
  return name !== "expiresIn" && (TOKEN_FIELDS as readonly string[]).includes(name);
}
