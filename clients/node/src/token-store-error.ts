import { status as codes, type ServiceError } from "@grpc/grpc-js";
import { ERROR_INFO, STATUS, type ErrorInfo } from "./wire.js";

/** The name of a gRPC status. */
export type StatusName = keyof typeof codes;

const DOMAIN = "tokenstore.dev";

/**
 * A call to the token store that failed. The message is one sentence that says what is wrong and what to do; it never holds
 * a value of a token.
 */
export class TokenStoreError extends Error {
  override readonly name = "TokenStoreError";
  /** The name of the gRPC status, such as `NOT_FOUND`. */
  readonly status: StatusName;
  /**
   * The store's stable name for what is wrong, such as `TOKEN_NOT_FOUND` (docs/sidecar.md lists them). Undefined where no
   * sidecar answered.
   */
  readonly reason: string | undefined;
  /** With reason `VERSION_CONFLICT`: the version that the token has now; undefined where there is no token. */
  readonly currentVersion: string | undefined;

  /** @internal */
  constructor(message: string, status: StatusName, reason?: string, currentVersion?: string) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.currentVersion = currentVersion;
  }

  /**
   * Returns the store's error among an error and its causes. The SDKs wrap the errors of a store, some more than once.
   */
  static behind(error: unknown): TokenStoreError | undefined {
    const seen = new Set<unknown>();
    let current = error;
    while (current instanceof Error && !seen.has(current)) {
      if (current instanceof TokenStoreError) {
        return current;
      }
      seen.add(current);
      // the Node SDK uses the error of a failed save as a message
      const message: unknown = current.message;
      current = message instanceof Error ? message : current.cause;
    }
    return undefined;
  }

  /**
   * Whether an error, or a cause of it, says that the token of the call no longer exists: it was deleted, or its session
   * ended (reason `TOKEN_NOT_FOUND` or `TOKEN_DELETED`).
   */
  static isTokenGone(error: unknown): boolean {
    const reason = TokenStoreError.behind(error)?.reason;
    return reason === "TOKEN_NOT_FOUND" || reason === "TOKEN_DELETED";
  }
}

/**
 * Returns the error for a failed call. `change` is what the call may have changed although its answer did not arrive:
 * "save" or "delete".
 */
export function tokenStoreError(
  failure: ServiceError,
  address: string,
  timeoutMillis: number,
  change: string | undefined,
): TokenStoreError {
  const status = (codes[failure.code] ?? "UNKNOWN") as StatusName;
  const info = errorInfo(failure);
  const message =
    info === undefined ? messageWithoutInfo(failure, status, address, timeoutMillis, change) : failure.details;
  return new TokenStoreError(message, status, info?.reason, info?.metadata?.["current_version"] || undefined);
}

function messageWithoutInfo(
  failure: ServiceError,
  status: StatusName,
  address: string,
  timeoutMillis: number,
  change: string | undefined,
): string {
  switch (status) {
    case "UNAVAILABLE":
      return (
        `no token store sidecar can be reached at ${address} (${failure.details.replace(/ Resolution note: *$/, "")}); ` +
        "start one there, or set TOKENSTORE_ADDRESS to where one is"
      );
    case "DEADLINE_EXCEEDED":
      return (
        `the token store sidecar at ${address} did not answer within ${timeoutMillis} ms; ` +
        (change === undefined ? "try again" : `the ${change} may have happened all the same, so ask again`)
      );
    case "UNIMPLEMENTED":
      return (
        `what answers at ${address} is no token store sidecar, or an older one; ` +
        "set TOKENSTORE_ADDRESS to where one is"
      );
    default:
      return `the call to the token store sidecar at ${address} failed (${failure.details}); its log may say more`;
  }
}

function errorInfo(failure: ServiceError): ErrorInfo | undefined {
  for (const trailer of failure.metadata?.get("grpc-status-details-bin") ?? []) {
    for (const detail of decode(STATUS, trailer)?.details ?? []) {
      if (detail.type_url?.endsWith("/google.rpc.ErrorInfo") && detail.value !== undefined) {
        const info = decode(ERROR_INFO, detail.value);
        if (info?.domain === DOMAIN && info.reason) {
          return info;
        }
      }
    }
  }
  return undefined;
}

/** Returns undefined for details that cannot be read: they must not hide the error that they belong to. */
function decode<T>(type: { deserialize(bytes: Buffer): T }, bytes: string | Uint8Array): T | undefined {
  try {
    return type.deserialize(Buffer.from(bytes as Uint8Array));
  } catch {
    return undefined;
  }
}
