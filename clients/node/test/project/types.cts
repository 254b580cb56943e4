import { TokenStoreClient, type Token } from "oauth-token-store";

export async function example(): Promise<Token | null> {
  return new TokenStoreClient().findToken({ id: "1" });
}
