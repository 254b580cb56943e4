import { randomUUID } from "node:crypto";
import { Client, credentials, Metadata, type ChannelOptions, type ServiceError } from "@grpc/grpc-js";
import { storeAddress } from "./address.js";
import { TokenStoreError, tokenStoreError } from "./token-store-error.js";
import type { Claim, Token, TokenFields } from "./token.js";
import {
  SERVICE,
  text,
  toFoundToken,
  toMessage,
  toToken,
  type Methods,
  type RefreshRequest,
  type ReportOutcome,
} from "./wire.js";

export type { ReportOutcome } from "./wire.js";

/** The settings of a `TokenStoreClient`. */
export interface TokenStoreClientOptions {
  /** `HOST:PORT` or `unix:PATH`. Default: `TOKENSTORE_ADDRESS`, else 127.0.0.1:50051. */
  readonly address?: string | undefined;
  /**
   * The time limit of a call, its retries included. Default: 10,000, and 20,000 for a find that may wait for another
   * caller's refresh.
   */
  readonly timeoutMillis?: number | undefined;
  /** The time limit of `deleteTokens`. Default: 600,000. */
  readonly deleteTokensTimeoutMillis?: number | undefined;
}

/** The settings of one call. */
export interface CallOptions {
  /** The time limit of this call; takes precedence over the client's. */
  readonly timeoutMillis?: number | undefined;
}

/** What a caller says in a find that refreshes a due token itself. */
export interface WillRefresh {
  /** A token whose access token expires sooner than that is due. At most 3,600,000; default: 0. */
  readonly minValidForMillis?: number | undefined;
  /** The nonce of a claim whose holder did not refresh: it is given back. */
  readonly abandonedClaim?: string | undefined;
}

/** The settings of a find. */
export interface FindOptions extends CallOptions {
  /**
   * Says that the caller refreshes the token if it is due. Of all such callers one is told to refresh: the token that it
   * finds has a `claim`, which it gives to `saveToken`. The finds of the others wait until it has saved, and return what it
   * saved.
   */
  readonly willRefresh?: WillRefresh | undefined;
}

/** The settings of a save. */
export interface SaveOptions extends CallOptions {
  /** Save only if the token is still at this version; if not, the error's reason is `VERSION_CONFLICT`. */
  readonly expectedVersion?: string | undefined;
  /**
   * The claim under which the token was refreshed. If another caller has saved another refresh token since, nothing is
   * stored.
   */
  readonly claim?: Claim | undefined;
}

/** The settings of a delete. */
export interface DeleteOptions extends CallOptions {
  /** Delete only if the token is still at this version. A sidecar of the first release deletes any version. */
  readonly expectedVersion?: string | undefined;
}

/** The settings of a list. */
export interface ListOptions extends CallOptions {
  /** How many tokens to fetch at once, at most 1,000. Default: 500. */
  readonly pageSize?: number | undefined;
}

/**
 * A client of a token store's sidecar. It connects at the first call, reconnects by itself, serves
 * concurrent calls, and does not keep the process alive.
 *
 * Every method returns a promise, also where it fails: with a `TokenStoreError`, or with a `TypeError` if a value cannot
 * be sent.
 */
export class TokenStoreClient {
  /** The address of the sidecar. */
  readonly address: string;
  readonly #timeoutMillis: number;
  readonly #refreshTimeoutMillis: number;
  readonly #deleteTokensTimeoutMillis: number;
  readonly #client: Client;
  #closed = false;

  /** @throws TypeError if an option, or `TOKENSTORE_ADDRESS`, is malformed */
  constructor(options: TokenStoreClientOptions = {}) {
    this.address = storeAddress(options.address, process.env);
    this.#timeoutMillis = positive("timeoutMillis", options.timeoutMillis ?? 10_000);
    // three times as long as the store lets a refresh take, and a little
    this.#refreshTimeoutMillis = options.timeoutMillis ?? 20_000;
    this.#deleteTokensTimeoutMillis = positive(
      "deleteTokensTimeoutMillis",
      options.deleteTokensTimeoutMillis ?? 600_000,
    );
    this.#client = new Client(this.address, credentials.createInsecure(), CHANNEL);
  }

  /** Finds the token that the given fields describe, by the rules in `token_store.proto`; null if there is none. */
  async findToken(wanted: TokenFields, options: FindOptions = {}): Promise<Token | null> {
    const request = { token: toMessage(wanted), ...refreshRequest(options.willRefresh) };
    const reply = await this.#call("FindToken", request, this.#timeLimit(options));
    return reply.token ? toFoundToken(reply.token, reply) : null;
  }

  /** Returns the token with the given id. If there is none, the error's reason is `TOKEN_NOT_FOUND`. */
  async findTokenById(id: string, options: FindOptions = {}): Promise<Token> {
    const request = { id: text("id", id), ...refreshRequest(options.willRefresh) };
    const reply = await this.#call("FindTokenById", request, this.#timeLimit(options));
    return toFoundToken(reply.token, reply);
  }

  /**
   * Stores the given fields, into the token they belong to or as a new one, and returns the whole token as it is stored
   * now. Fields that are not given keep their stored values.
   */
  async saveToken(token: TokenFields, options: SaveOptions = {}): Promise<Token> {
    const { claim } = options;
    const request = {
      token: toMessage(token),
      ...expectedVersion(options),
      ...(claim === undefined
        ? {}
        : { claim: { nonce: text("claim.nonce", claim.nonce), version: text("claim.version", claim.version) } }),
    };
    return toToken((await this.#call("SaveToken", request, options)).token);
  }

  /**
   * Deletes the token with the given id, if there is one, and returns whether this call deleted one (false from a sidecar
   * of the first release). It is not revoked at its provider.
   */
  async deleteToken(id: string, options: DeleteOptions = {}): Promise<boolean> {
    const request = { id: text("id", id), ...expectedVersion(options) };
    return (await this.#call("DeleteToken", request, options)).deleted ?? false;
  }

  /**
   * Reports that the API refused an access token before it had expired, and returns what became of the report.
   *
   * `EXPIRED`: the token is due now, so the next find that will refresh is told to. `NOT_STORED`: another access token is
   * stored, find it again. `TOO_NEW`, `TOO_MANY`: ignored, since a refresh would not help.
   */
  async reportRejected(id: string, accessToken: string, options: CallOptions = {}): Promise<ReportOutcome> {
    const request = { id: text("id", id), accessToken: text("accessToken", accessToken) };
    return (await this.#call("ReportRejected", request, options)).outcome ?? "OUTCOME_UNSPECIFIED";
  }

  /**
   * Lists the store, each token once, in no defined order. Pages are fetched as the list is read. The reason
   * `PAGE_TOKEN_EXPIRED` means that reading took too long (some minutes): start again.
   */
  async *getTokens(options: ListOptions = {}): AsyncGenerator<Token, void, undefined> {
    const pageSize = positive("pageSize", options.pageSize ?? 500);
    let pageToken = "";
    do {
      const page = await this.#call("GetTokens", { pageSize, pageToken }, options);
      for (const token of page.tokens ?? []) {
        yield toToken(token);
      }
      pageToken = page.nextPageToken ?? "";
    } while (pageToken !== "");
  }

  /** Deletes every token of the store and returns how many there were. None is revoked at its provider. */
  async deleteTokens(options: CallOptions = {}): Promise<number> {
    const limit = { timeoutMillis: options.timeoutMillis ?? this.#deleteTokensTimeoutMillis };
    return (await this.#call("DeleteTokens", {}, limit)).deletedCount ?? 0;
  }

  /** Closes the connection. Calls in flight end, later ones fail. */
  close(): void {
    this.#closed = true;
    this.#client.close();
  }

  #timeLimit(options: FindOptions): CallOptions {
    return options.willRefresh === undefined
      ? options
      : { timeoutMillis: options.timeoutMillis ?? this.#refreshTimeoutMillis };
  }

  async #call<M extends keyof Methods>(
    name: M,
    request: Methods[M][0],
    options: CallOptions,
  ): Promise<Methods[M][1]> {
    const timeoutMillis = positive("timeoutMillis", options.timeoutMillis ?? this.#timeoutMillis);
    if (this.#closed) {
      throw new TokenStoreError("this client of the token store is closed: make a new one", "CANCELLED");
    }
    const method = SERVICE[name]!;
    try {
      return await new Promise<Methods[M][1]>((resolve, reject) => {
        this.#client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          new Metadata({ waitForReady: WAITING.includes(name) }),
          { deadline: Date.now() + timeoutMillis },
          (failure, response) => (failure ? reject(failure) : resolve(response as Methods[M][1])),
        );
      });
    } catch (failure) {
      throw tokenStoreError(failure as ServiceError, this.address, timeoutMillis);
    }
  }
}

/**
 * The methods that wait for the connection, so that a restart of the sidecar loses no refreshed token. In Node, gRPC does
 * not read this setting from the service config.
 */
const WAITING: readonly (keyof Methods)[] = ["SaveToken"];

/**
 * Only idempotent calls are retried. A repeated save could undo another caller's save or revive a token that was deleted in
 * between; a repeated DeleteTokens would delete tokens that were saved in between.
 */
const SERVICE_CONFIG = {
  methodConfig: [
    {
      name: ["FindToken", "FindTokenById", "GetTokens", "DeleteToken"].map((method) => ({
        service: "tokenstore.v1.TokenStoreService",
        method,
      })),
      retryPolicy: {
        maxAttempts: 5,
        initialBackoff: "0.2s",
        maxBackoff: "2s",
        backoffMultiplier: 2,
        // UNKNOWN: some versions of gRPC report it for a connection that breaks while a call is being sent
        retryableStatusCodes: ["UNAVAILABLE", "UNKNOWN"],
      },
    },
  ],
};

const CHANNEL: ChannelOptions = {
  "grpc.service_config": JSON.stringify(SERVICE_CONFIG),
  "grpc.service_config_disable_resolution": 1,
  // tokens must not pass through the proxy that the environment may name
  "grpc.enable_http_proxy": 0,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 1000,
};

/** What a find adds to its request; a retry sends the same. */
function refreshRequest(willRefresh: WillRefresh | undefined): RefreshRequest {
  if (willRefresh === undefined) {
    return {};
  }
  const millis = willRefresh.minValidForMillis ?? 0;
  if (!Number.isInteger(millis) || millis < 0) {
    throw new TypeError("minValidForMillis must be a whole number of at least 0");
  }
  const abandoned = willRefresh.abandonedClaim;
  return {
    willRefresh: true,
    minValidFor: { seconds: Math.floor(millis / 1000), nanos: (millis % 1000) * 1_000_000 },
    requestId: randomUUID(),
    ...(abandoned === undefined ? {} : { abandonedClaim: text("abandonedClaim", abandoned) }),
  };
}

function expectedVersion({ expectedVersion }: DeleteOptions): { expectedVersion?: string } {
  return expectedVersion === undefined ? {} : { expectedVersion: text("expectedVersion", expectedVersion) };
}

function positive(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new TypeError(`${name} must be a whole number of at least 1`);
  }
  return value;
}
