import { TokenStoreClient, type Token } from "oauth-token-store";
import { SidecarTokenStore } from "oauth-token-store/zoho-typescript";

export async function example(): Promise<Token | null> {
  new SidecarTokenStore(new TokenStoreClient()).close();
  return new TokenStoreClient().findToken({ id: "1" });
}
