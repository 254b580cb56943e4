export {
  TokenStoreClient,
  type CallOptions,
  type DeleteOptions,
  type FindOptions,
  type ListOptions,
  type ReportOutcome,
  type SaveOptions,
  type TokenStoreClientOptions,
  type WillRefresh,
} from "./client.js";
export { Token, type Claim, type StoredTokenInfo, type TokenFields } from "./token.js";
export { TokenStoreError, type StatusName } from "./token-store-error.js";
