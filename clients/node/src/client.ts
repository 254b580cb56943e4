import { Client, credentials, Metadata, type ChannelOptions, type ServiceError } from "@grpc/grpc-js";
import { storeAddress } from "./address.js";
import { TokenStoreError, tokenStoreError } from "./token-store-error.js";
import type { Token, TokenFields } from "./token.js";
import { SERVICE, text, toMessage, toToken, type Methods } from "./wire.js";

/** The settings of a `TokenStoreClient`. */
export interface TokenStoreClientOptions {
  /** `HOST:PORT` or `unix:PATH`. Default: `TOKENSTORE_ADDRESS`, else 127.0.0.1:50051. */
  readonly address?: string | undefined;
  /** The time limit of a call, its retries included. Default: 10,000. */
  readonly timeoutMillis?: number | undefined;
  /** The time limit of `deleteTokens`. Default: 600,000. */
  readonly deleteTokensTimeoutMillis?: number | undefined;
}

/** The settings of one call. */
export interface CallOptions {
  /** The time limit of this call; takes precedence over the client's. */
  readonly timeoutMillis?: number | undefined;
}

/** The settings of a save. */
export interface SaveOptions extends CallOptions {
  /** Save only if the token is still at this version; if not, the error's reason is `VERSION_CONFLICT`. */
  readonly expectedVersion?: string | undefined;
}

/** The settings of a list. */
export interface ListOptions extends CallOptions {
  /** How many tokens to fetch at once, at most 1,000. Default: 500. */
  readonly pageSize?: number | undefined;
}

/**
 * A client of a token store's sidecar: the six operations. It connects at the first call, reconnects by itself, serves
 * concurrent calls, and does not keep the process alive.
 *
 * Every method returns a promise, also where it fails: with a `TokenStoreError`, or with a `TypeError` if a value cannot
 * be sent.
 */
export class TokenStoreClient {
  /** The address of the sidecar. */
  readonly address: string;
  readonly #timeoutMillis: number;
  readonly #deleteTokensTimeoutMillis: number;
  readonly #client: Client;
  #closed = false;

  /** @throws TypeError if an option, or `TOKENSTORE_ADDRESS`, is malformed */
  constructor(options: TokenStoreClientOptions = {}) {
    this.address = storeAddress(options.address, process.env);
    this.#timeoutMillis = positive("timeoutMillis", options.timeoutMillis ?? 10_000);
    this.#deleteTokensTimeoutMillis = positive(
      "deleteTokensTimeoutMillis",
      options.deleteTokensTimeoutMillis ?? 600_000,
    );
    this.#client = new Client(this.address, credentials.createInsecure(), CHANNEL);
  }

  /** Finds the token that the given fields describe, by the rules in `token_store.proto`; null if there is none. */
  async findToken(wanted: TokenFields, options: CallOptions = {}): Promise<Token | null> {
    const { token } = await this.#call("FindToken", { token: toMessage(wanted) }, options);
    return token ? toToken(token) : null;
  }

  /** Returns the token with the given id. If there is none, the error's reason is `TOKEN_NOT_FOUND`. */
  async findTokenById(id: string, options: CallOptions = {}): Promise<Token> {
    const { token } = await this.#call("FindTokenById", { id: text("id", id) }, options);
    return toToken(token);
  }

  /**
   * Stores the given fields, into the token they belong to or as a new one, and returns the whole token as it is stored
   * now. Fields that are not given keep their stored values.
   */
  async saveToken(token: TokenFields, options: SaveOptions = {}): Promise<Token> {
    const version = options.expectedVersion;
    const request = {
      token: toMessage(token),
      ...(version === undefined ? {} : { expectedVersion: text("expectedVersion", version) }),
    };
    return toToken((await this.#call("SaveToken", request, options)).token);
  }

  /** Deletes the token with the given id, if there is one. It is not revoked at its provider. */
  async deleteToken(id: string, options: CallOptions = {}): Promise<void> {
    await this.#call("DeleteToken", { id: text("id", id) }, options);
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
      throw tokenStoreError(failure as ServiceError, this.address, timeoutMillis, CHANGES[name]);
    }
  }
}

/**
 * The methods that wait for the connection, so that a restart of the sidecar loses no refreshed token. In Node, gRPC does
 * not read this setting from the service config.
 */
const WAITING: readonly (keyof Methods)[] = ["SaveToken"];

/** What a call may have changed when its answer did not arrive. */
const CHANGES: Partial<Record<keyof Methods, string>> = {
  SaveToken: "save",
  DeleteToken: "delete",
  DeleteTokens: "delete",
};

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

function positive(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new TypeError(`${name} must be a whole number of at least 1`);
  }
  return value;
}
