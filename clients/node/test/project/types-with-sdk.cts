import { TokenStoreClient } from "oauth-token-store";
import { SidecarTokenStore } from "oauth-token-store/zoho-typescript";
import { InitializeBuilder, OAuthBuilder, OAuthToken, TokenStore, USDataCenter } from "@zohocrm/typescript-sdk-8.0";

export async function example(): Promise<void> {
  const store: TokenStore.TokenStore = new SidecarTokenStore(new TokenStoreClient());
  const token: OAuthToken = await new SidecarTokenStore().findTokenById("1");
  await new InitializeBuilder()
    .environment(USDataCenter.PRODUCTION())
    .token(new OAuthBuilder().id(token.getId() ?? "").build())
    .store(store)
    .initialize();
}
