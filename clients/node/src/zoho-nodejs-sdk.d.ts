/** The part of the Node SDK that its store uses; the SDK has no types. */
declare module "@zohocrm/nodejs-sdk-8.0" {
  import type { ZohoToken, ZohoUser } from "./zoho-tokens.js";

  export const OAuthToken: new () => ZohoToken;
  export const UserSignature: new (name: string) => ZohoUser;
  export const SDKException: new (code: string, message: string) => Error;
  export const TokenStore: { TokenStore: new () => object };
}
