import {
  Token,
  TokenStoreClient,
  TokenStoreError,
  type Claim,
  type ReportOutcome,
  type StatusName,
  type TokenFields,
  type WillRefresh,
} from "oauth-token-store";
import { SidecarTokenStore } from "oauth-token-store/zoho-node";

export async function example(): Promise<void> {
  const client = new TokenStoreClient({ address: "unix:/run/tokenstore/tokenstore.sock", timeoutMillis: 1000 });
  const fields: TokenFields = { userSignature: "alice", accessToken: undefined };
  const found: Token | null = await client.findToken(fields);
  if (found !== null) {
    const saved: Token = await client.saveToken({ ...found, accessToken: "x" }, { expectedVersion: found.version });
    const expires: Date | undefined = saved.expireTime;
    const isDeleted: boolean = await client.deleteToken(`${saved.id}${expires?.getTime()}`, {
      expectedVersion: saved.version,
    });
    console.log(isDeleted);
  }
  const willRefresh: WillRefresh = { minValidForMillis: 60_000, abandonedClaim: undefined };
  const due: Token = await client.findTokenById("1", { willRefresh });
  const claim: Claim | undefined = due.claim;
  await client.saveToken({ id: due.id, accessToken: "x" }, { claim });
  const outcome: ReportOutcome = await client.reportRejected("1", "x");
  console.log(outcome === "EXPIRED");
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
  new SidecarTokenStore({ address: "127.0.0.1:50051" }, { coordinateRefresh: false }).close();

  // @ts-expect-error: a field that tokens do not have
  await client.findToken({ user_signature: "alice" });
  // @ts-expect-error: a claim has a version
  await client.saveToken({ id: "1" }, { claim: { nonce: "n" } });
  // @ts-expect-error: no outcome of a report
  console.log(outcome === "UNKNOWN");
  // @ts-expect-error: an id is a string
  await client.findTokenById(1);
}
