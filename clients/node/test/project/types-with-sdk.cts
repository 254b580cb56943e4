import { TokenStoreClient } from "oauth-token-store";
import { sidecarTokenStoreFor, type SidecarTokenStoreOptions } from "oauth-token-store/zoho";
import { SidecarTokenStore } from "oauth-token-store/zoho-typescript";
import * as sdk7 from "@zohocrm/typescript-sdk-7.0";
import { InitializeBuilder, OAuthBuilder, OAuthToken, TokenStore, USDataCenter } from "@zohocrm/typescript-sdk-8.0";

const client = new TokenStoreClient({ address: "127.0.0.1:1" });
const options: SidecarTokenStoreOptions = { coordinateRefresh: false };
const store: TokenStore.TokenStore = new SidecarTokenStore(client, options);
const SidecarTokenStore7 = sidecarTokenStoreFor(sdk7);
const store7: sdk7.TokenStore.TokenStore = new SidecarTokenStore7(client);

for (const it of [store, store7]) {
  it.findTokenById("1").catch((error: unknown) => console.log(String(error).slice(0, 48)));
}

export async function example(): Promise<void> {
  const token: OAuthToken = await new SidecarTokenStore().findTokenById("1");
  const token7: sdk7.OAuthToken = await new SidecarTokenStore7().findTokenById("1");
  await new InitializeBuilder()
    .environment(USDataCenter.PRODUCTION())
    .token(new OAuthBuilder().id(token.getId() ?? token7.getId() ?? "").build())
    .store(store)
    .initialize();
}
