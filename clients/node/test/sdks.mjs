// The SDKs, with what a test needs to make of each.

/** The SDKs by the name of the adapter's subpath. */
export const SDKS = ["zoho-node", "zoho-typescript"];

/** The generations that have no subpath of their own: a store takes the SDK from the caller. */
export const OTHER_SDKS = ["nodejs", "typescript"].flatMap((language) =>
  ["6.0", "7.0"].map((generation) => `@zohocrm/${language}-sdk-${generation}`),
);

/** Loads an SDK and the store for it. */
export async function load(name) {
  if (OTHER_SDKS.includes(name)) {
    const sdk = await import(name);
    const { sidecarTokenStoreFor } = await import("oauth-token-store/zoho");
    return { sdk, SidecarTokenStore: sidecarTokenStoreFor(sdk) };
  }
  const sdk = await import(name === "zoho-node" ? "@zohocrm/nodejs-sdk-8.0" : "@zohocrm/typescript-sdk-8.0");
  const { SidecarTokenStore } = await import(`oauth-token-store/${name}`);
  return { sdk, SidecarTokenStore };
}

/** The ten fields by their names in the store, each with its accessors on an OAuthToken. */
const ACCESSORS = {
  id: ["getId", "setId"],
  user_signature: ["getUserSignature", "setUserSignature"],
  client_id: ["getClientId", "setClientId"],
  client_secret: ["getClientSecret", "setClientSecret"],
  redirect_url: ["getRedirectURL", "setRedirectURL"],
  grant_token: ["getGrantToken", "setGrantToken"],
  refresh_token: ["getRefreshToken", "setRefreshToken"],
  access_token: ["getAccessToken", "setAccessToken"],
  api_domain: ["getAPIDomain", "setAPIDomain"],
  expires_in: ["getExpiresIn", "setExpiresIn"],
};

/** An OAuthToken with the given fields; those that are missing are null. */
export function oauthToken(sdk, fields) {
  const token = new sdk.OAuthBuilder().id("any").build();
  for (const [name, [, set]] of Object.entries(ACCESSORS)) {
    const value = fields[name] ?? null;
    token[set](name === "user_signature" && value !== null ? new sdk.UserSignature(value) : value);
  }
  return token;
}

/** One field of an OAuthToken, by its name in the store. */
export function valueOf(token, name) {
  const value = token[ACCESSORS[name][0]]();
  return name === "user_signature" ? value?.getName() : value;
}

/** The fields of an OAuthToken that are neither null nor empty. */
export function fieldsOf(token) {
  return Object.fromEntries(
    Object.keys(ACCESSORS)
      .map((name) => [name, valueOf(token, name)])
      .filter(([, value]) => value !== null && value !== undefined && value !== ""),
  );
}
