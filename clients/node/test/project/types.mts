import { Token, TokenStoreClient, TokenStoreError, type StatusName, type TokenFields } from "oauth-token-store";
import { SidecarTokenStore } from "oauth-token-store/zoho-node";

export async function example(): Promise<void> {
  const client = new TokenStoreClient({ address: "unix:/run/tokenstore/tokenstore.sock", timeoutMillis: 1000 });
  const fields: TokenFields = { userSignature: "alice", accessToken: undefined };
  const found: Token | null = await client.findToken(fields);
  if (found !== null) {
    const saved: Token = await client.saveToken({ ...found, accessToken: "x" }, { expectedVersion: found.version });
    const expires: Date | undefined = saved.expireTime;
    await client.deleteToken(`${saved.id}${expires?.getTime()}`);
  }
  for await (const token of client.getTokens({ pageSize: 10 })) {
    const user: string | undefined = token.userSignature;
    console.log(user);
  }
  const count: number = await client.deleteTokens().catch((error: unknown) => {
    const status: StatusName | undefined = TokenStoreError.behind(error)?.status;
    return status === "UNAVAILABLE" ? 0 : 1;
  });
  console.log(count);
  new SidecarTokenStore(client).close();
  new SidecarTokenStore({ address: "127.0.0.1:50051" }).close();

  // @ts-expect-error: a field that tokens do not have
  await client.findToken({ user_signature: "alice" });
  // @ts-expect-error: an id is a string
  await client.findTokenById(1);
}
