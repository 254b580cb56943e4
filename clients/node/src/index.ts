export {
  TokenStoreClient,
  type CallOptions,
  type ListOptions,
  type SaveOptions,
  type TokenStoreClientOptions,
} from "./client.js";
export { Token, type StoredTokenInfo, type TokenFields } from "./token.js";
export { TokenStoreError, type StatusName } from "./token-store-error.js";
