import { Token, TokenStoreClient, TokenStoreError, type TokenFields } from "oauth-token-store";
import { SidecarTokenStore as NodeStore } from "oauth-token-store/zoho-node";
import { SidecarTokenStore } from "oauth-token-store/zoho-typescript";
import { InitializeBuilder, OAuthBuilder, OAuthToken, TokenStore, USDataCenter } from "@zohocrm/typescript-sdk-8.0";

export async function example(): Promise<void> {
  const client = new TokenStoreClient({ address: "unix:/run/tokenstore/tokenstore.sock", timeoutMillis: 1000 });
  const fields: TokenFields = { userSignature: "alice", accessToken: undefined };
  const found: Token | null = await client.findToken(fields);
  if (found !== null) {
    const saved: Token = await client.saveToken({ ...found, accessToken: "x" }, { expectedVersion: found.version });
    const id: string = saved.id;
    const expires: Date | undefined = saved.expireTime;
    await client.deleteToken(`${id}${expires}`);
  }
  for await (const token of client.getTokens({ pageSize: 10 })) {
    const user: string | undefined = token.userSignature;
    console.log(user);
  }
  const count: number = await client.deleteTokens();
  console.log(count);

  const store: TokenStore.TokenStore = new SidecarTokenStore(client);
  const own: OAuthToken = await new SidecarTokenStore().findTokenById("1");
  try {
    await new InitializeBuilder()
      .environment(USDataCenter.PRODUCTION())
      .token(new OAuthBuilder().id(own.getId() ?? "").build())
      .store(store)
      .initialize();
  } catch (error) {
    const status: string | undefined = TokenStoreError.behind(error)?.status;
    console.log(status);
  }
  new NodeStore({ address: "127.0.0.1:50051" }).close();

  // @ts-expect-error: a field that tokens do not have
  await client.findToken({ user_signature: "alice" });
  // @ts-expect-error: an id is a string
  await client.findTokenById(1);
}
