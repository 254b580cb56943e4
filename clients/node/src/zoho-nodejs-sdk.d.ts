/** What is used of the Node SDK, which comes without types. */
declare module "@zohocrm/nodejs-sdk-8.0" {
  import type { SdkToken, SdkUser } from "./zoho/store-operations.js";

  export const OAuthToken: new () => SdkToken;
  export const UserSignature: new (name: string) => SdkUser;
  export const SDKException: new (code: string, message: string) => Error;
  export const TokenStore: { TokenStore: new () => object };
}
