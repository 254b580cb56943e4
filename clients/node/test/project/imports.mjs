import { createRequire } from "node:module";
import { TokenStore } from "@zohocrm/nodejs-sdk-8.0";
import { TokenStoreClient, TokenStoreError } from "oauth-token-store";
import { SidecarTokenStore as NodeStore } from "oauth-token-store/zoho-node";
import { SidecarTokenStore as TypeScriptStore } from "oauth-token-store/zoho-typescript";

const client = new TokenStoreClient({ address: "127.0.0.1:1" });
const error = await client.findToken({ userSignature: "alice" }).catch((error) => error);
console.log(error instanceof TokenStoreError && error.message.slice(0, 22));

const require = createRequire(import.meta.url);
console.log(
  require("oauth-token-store").TokenStoreError === TokenStoreError &&
    require("oauth-token-store/zoho-typescript").SidecarTokenStore === TypeScriptStore &&
    new NodeStore(client) instanceof TokenStore.TokenStore
    ? "the same classes"
    : "other classes",
);
