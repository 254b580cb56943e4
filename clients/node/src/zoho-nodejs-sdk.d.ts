/** The part of the Node SDK that its store uses; the SDK has no types. */
declare module "@zohocrm/nodejs-sdk-8.0" {
  import type { ZohoSdk, ZohoToken } from "./zoho-tokens.js";

  export const OAuthToken: ZohoSdk<ZohoToken>["OAuthToken"];
  export const UserSignature: ZohoSdk<ZohoToken>["UserSignature"];
  export const SDKException: ZohoSdk<ZohoToken>["SDKException"];
  export const TokenStore: { TokenStore: new () => object };
}
