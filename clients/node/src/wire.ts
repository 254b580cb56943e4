import { fromJSON, type MessageTypeDefinition, type ServiceDefinition } from "@grpc/proto-loader";
import { DESCRIPTOR } from "./generated/descriptor.js";
import { Token, TOKEN_FIELDS, type Claim, type StoredTokenInfo, type TokenFields } from "./token.js";

/** A `tokenstore.v1.Token`. */
export interface TokenMessage extends TokenFields {
  readonly version?: string;
  readonly expireTime?: TimestampMessage;
  readonly createTime?: TimestampMessage;
  readonly updateTime?: TimestampMessage;
}

interface TimestampMessage {
  readonly seconds?: number;
  readonly nanos?: number;
}

/** What a find says if its caller refreshes the token when it is due. */
export interface RefreshRequest {
  readonly willRefresh?: true;
  readonly minValidFor?: { readonly seconds: number; readonly nanos: number };
  readonly requestId?: string;
  readonly abandonedClaim?: string;
}

interface RefreshReply {
  readonly refresh?: "REFRESH_ACTION_UNSPECIFIED" | "REFRESH_NOW";
  readonly claim?: Partial<Claim>;
}

/** What became of a report that an access token was rejected; `token_store.proto` says what each means. */
export type ReportOutcome = "OUTCOME_UNSPECIFIED" | "EXPIRED" | "NOT_STORED" | "TOO_NEW" | "TOO_MANY";

/** Request and response of each method of the service. */
export interface Methods {
  FindToken: [{ token: TokenMessage } & RefreshRequest, { token?: TokenMessage } & RefreshReply];
  FindTokenById: [{ id: string } & RefreshRequest, { token: TokenMessage } & RefreshReply];
  SaveToken: [{ token: TokenMessage; expectedVersion?: string; claim?: Claim }, { token: TokenMessage }];
  DeleteToken: [{ id: string; expectedVersion?: string }, { deleted?: boolean }];
  ReportRejected: [{ id: string; accessToken: string }, { outcome?: ReportOutcome }];
  GetTokens: [{ pageSize: number; pageToken: string }, { tokens?: TokenMessage[]; nextPageToken?: string }];
  DeleteTokens: [object, { deletedCount?: number }];
}

const definitions = fromJSON(DESCRIPTOR as Parameters<typeof fromJSON>[0], {
  longs: Number,
  enums: String,
});

/** The service definition for gRPC. */
export const SERVICE = definitions["tokenstore.v1.TokenStoreService"] as ServiceDefinition;

/** The `google.rpc.Status` in the trailer of a failed call. */
export const STATUS = definitions["google.rpc.Status"] as MessageTypeDefinition<object, {
  details?: { type_url?: string; value?: Uint8Array }[];
}>;

/** A `google.rpc.ErrorInfo`. */
export interface ErrorInfo {
  readonly reason?: string;
  readonly domain?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The detail of a `STATUS` that holds the reason. */
export const ERROR_INFO = definitions["google.rpc.ErrorInfo"] as MessageTypeDefinition<object, ErrorInfo>;

const OUTPUT_ONLY = ["version", "expireTime", "createTime", "updateTime", "claim"];

/**
 * Returns the message for a caller's fields.
 *
 * @throws TypeError if a property is no field or its value is no text; the error does not show the value
 */
export function toMessage(fields: TokenFields): TokenMessage {
  if (typeof fields !== "object" || fields === null) {
    throw new TypeError("a token is given as an object with some of its fields, such as {userSignature: \"alice\"}");
  }
  const message: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (OUTPUT_ONLY.includes(name)) {
      continue;
    }
    if (!(TOKEN_FIELDS as readonly string[]).includes(name)) {
      throw new TypeError(`a token has no field ${name}; its fields are ${TOKEN_FIELDS.join(", ")}`);
    }
    if (value !== null && value !== undefined) {
      message[name] = text(name, value);
    }
  }
  return message;
}

/**
 * Returns the value of a field or parameter if it is text.
 *
 * @throws TypeError if it is no string, or one that UTF-8 cannot hold
 */
export function text(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw new TypeError(`${name} must be a string, not ${value === null ? "null" : `of type ${typeof value}`}`);
  }
  if (/\p{Surrogate}/u.test(value)) {
    throw new TypeError(`${name} is malformed: it holds half of a UTF-16 surrogate pair`);
  }
  return value;
}

/** Returns the token of a find's response, with the claim if the caller is to refresh it. */
export function toFoundToken(message: TokenMessage, { refresh, claim }: RefreshReply): Token {
  return refresh === "REFRESH_NOW"
    ? toToken(message, { nonce: claim?.nonce ?? "", version: claim?.version ?? "" })
    : toToken(message);
}

/** Returns the token of a response. */
export function toToken(message: TokenMessage, claim?: Claim): Token {
  const { version, expireTime, createTime, updateTime, ...fields } = message;
  return new Token({
    ...fields,
    ...(version === undefined ? {} : { version }),
    ...moment("expireTime", expireTime),
    ...moment("createTime", createTime),
    ...moment("updateTime", updateTime),
    ...(claim === undefined ? {} : { claim }),
  });
}

function moment(name: keyof StoredTokenInfo, timestamp: TimestampMessage | null | undefined): StoredTokenInfo {
  if (timestamp === null || timestamp === undefined) {
    return {};
  }
  const millis = (timestamp.seconds ?? 0) * 1000 + Math.floor((timestamp.nanos ?? 0) / 1_000_000);
  return { [name]: new Date(millis) };
}
