import * as sdk from "@zohocrm/typescript-sdk-8.0";
import { sidecarTokenStoreFor } from "./zoho.js";

/** Keeps the tokens of `@zohocrm/typescript-sdk-8.0` in the token store of a sidecar. */
export class SidecarTokenStore
  extends sidecarTokenStoreFor(sdk, "@zohocrm/typescript-sdk-8.0")
  implements sdk.TokenStore.TokenStore {}
