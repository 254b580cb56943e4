import { status as codes, type ServiceError } from "@grpc/grpc-js";
import { ERROR_INFO, STATUS } from "./wire.js";

/** The name of a gRPC status. */
export type StatusName = keyof typeof codes;

const DOMAIN = "tokenstore.dev";

/**
 * A call to the store failed. The message is one sentence that says what to do; it holds no value of a token.
 */
export class TokenStoreError extends Error {
  override readonly name = "TokenStoreError";
  /** The name of the gRPC status, such as `NOT_FOUND`. */
  readonly status: StatusName;
  /**
   * Why, as the store says it, such as `TOKEN_NOT_FOUND`; all reasons are listed in the sidecar's documentation. Undefined
   * where the store did not answer.
   */
  readonly reason: string | undefined;
  /** What the store adds to the reason; `current_version` with `VERSION_CONFLICT`. */
  readonly metadata: Readonly<Record<string, string>>;

  /** @internal */
  constructor(message: string, status: StatusName, reason?: string, metadata: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.metadata = metadata;
  }

  /** Whether the token that the call was about is no longer there: it was deleted, or its session is over. */
  get tokenIsGone(): boolean {
    return this.reason === "TOKEN_NOT_FOUND" || this.reason === "TOKEN_DELETED";
  }

  /**
   * Returns the store's error that is behind an error of an SDK, or undefined where there is none. The SDKs wrap what a
   * store raises, some more than once.
   */
  static behind(error: unknown): TokenStoreError | undefined {
    const seen = new Set<unknown>();
    let current = error;
    while (current instanceof Error && !seen.has(current)) {
      if (current instanceof TokenStoreError) {
        return current;
      }
      seen.add(current);
      // the Node SDK puts the error of a failed save where the message should be
      const message: unknown = current.message;
      current = message instanceof Error ? message : current.cause;
    }
    return undefined;
  }
}

/** Returns what the caller is told about a failed call. */
export function tokenStoreError(failure: ServiceError, address: string, timeoutMillis: number): TokenStoreError {
  const status = (codes[failure.code] ?? "UNKNOWN") as StatusName;
  const info = errorInfo(failure);
  if (info !== undefined) {
    return new TokenStoreError(failure.details, status, info.reason, info.metadata);
  }
  switch (status) {
    case "UNAVAILABLE":
      return new TokenStoreError(
        `no token store answers at ${address}: start the sidecar, or set TOKENSTORE_ADDRESS to its address ` +
          `(${failure.details.replace(/ Resolution note: *$/, "")})`,
        status,
      );
    case "DEADLINE_EXCEEDED":
      return new TokenStoreError(
        `the token store at ${address} did not answer within ${timeoutMillis} ms: see that the sidecar runs; ` +
          "a save or delete may have happened all the same",
        status,
      );
    case "UNIMPLEMENTED":
      return new TokenStoreError(`what answers at ${address} is no token store, or an older one`, status);
    default:
      return new TokenStoreError(`the token store at ${address} refused the call: ${failure.details}`, status);
  }
}

function errorInfo(failure: ServiceError): { reason: string; metadata: Record<string, string> } | undefined {
  for (const trailer of failure.metadata?.get("grpc-status-details-bin") ?? []) {
    for (const detail of decode(STATUS, trailer)?.details ?? []) {
      if (detail.type_url?.endsWith("/google.rpc.ErrorInfo") && detail.value !== undefined) {
        const info = decode(ERROR_INFO, detail.value);
        if (info?.domain === DOMAIN && info.reason !== undefined) {
          return { reason: info.reason, metadata: { ...info.metadata } };
        }
      }
    }
  }
  return undefined;
}

/** Details that cannot be read are none: they must not hide the error they belong to. */
function decode<T>(type: { deserialize(bytes: Buffer): T }, bytes: string | Uint8Array): T | undefined {
  try {
    return type.deserialize(Buffer.from(bytes as Uint8Array));
  } catch {
    return undefined;
  }
}
