// The client by itself, against a store that answers what a test says.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify, inspect } from "node:util";
import { Token, TokenStoreClient, TokenStoreError } from "oauth-token-store";
import { fakeStore, freePort, storeError } from "./fake-store.mjs";
import { relayTo } from "./relay.mjs";

const ACCESS = "fixture-secret-access";
const STORED = {
  id: "fixture-secret-id",
  userSignature: "alice",
  accessToken: ACCESS,
  expiresIn: "1700000000123",
  version: "3",
  expireTime: { seconds: 1700000000, nanos: 123456789 },
  createTime: { seconds: 1600000000 },
};

async function clientOf(t, handlers, options = {}) {
  const store = await fakeStore(handlers);
  const client = new TokenStoreClient({ address: store.address, ...options });
  t.after(() => {
    client.close();
    store.stop();
  });
  return { client, calls: store.calls, address: store.address };
}

const broken = () => {
  throw Object.assign(new Error(), { code: 2, details: "Stream removed" });
};

const unavailable = () => {
  throw storeError("UNAVAILABLE", "API_SERVER_UNAVAILABLE", "the Kubernetes API server did not answer; retry");
};

describe("what goes over the wire", () => {
  test("a find sends exactly the fields it was given, the empty user too", async (t) => {
    const requests = [];
    const { client } = await clientOf(t, { FindToken: (request) => void requests.push(request.token) ?? {} });

    await client.findToken({ userSignature: "", clientId: null, refreshToken: undefined });
    await client.findToken({});

    assert.deepEqual(requests, [{ userSignature: "" }, {}]);
  });

  test("a stored token has the fields that are stored, times as dates, and nothing else", async (t) => {
    const { client } = await clientOf(t, { FindToken: () => ({ token: STORED }) });

    const token = await client.findToken({ userSignature: "alice" });

    assert.ok(token instanceof Token);
    assert.deepEqual(
      { ...token },
      {
        ...STORED,
        expireTime: new Date(1700000000123),
        createTime: new Date(1600000000000),
      },
    );
  });

  test("a miss is null", async (t) => {
    const { client } = await clientOf(t, { FindToken: () => ({}) });

    assert.equal(await client.findToken({ userSignature: "nobody" }), null);
  });

  test("a stored token can be given back, with changes", async (t) => {
    const saved = [];
    const { client } = await clientOf(t, {
      FindTokenById: () => ({ token: STORED }),
      SaveToken: (request) => void saved.push(request) ?? { token: STORED },
    });

    const token = await client.findTokenById("1");
    await client.saveToken({ ...token, accessToken: "fixture-secret-new" }, { expectedVersion: token.version });

    assert.deepEqual(saved, [
      {
        token: {
          id: "fixture-secret-id",
          userSignature: "alice",
          accessToken: "fixture-secret-new",
          expiresIn: "1700000000123",
        },
        expectedVersion: "3",
      },
    ]);
  });

  test("what cannot be sent is refused with a TypeError that names it and holds no value", async (t) => {
    const { client, calls } = await clientOf(t, {});
    const refused = async (call, message) => {
      const error = await call.then(assert.fail, (error) => error);
      assert.ok(error instanceof TypeError, inspect(error));
      assert.match(error.message, message);
      assert.doesNotMatch(inspect(error), /fixture-secret/);
    };

    await refused(client.findToken({ access_token: ACCESS }), /no field access_token; its fields are id, userSignature/);
    await refused(client.saveToken({ accessToken: [ACCESS] }), /accessToken must be a string, not of type object/);
    await refused(client.saveToken({ accessToken: "fixture-secret \ud83d" }), /accessToken is malformed: it holds half of a UTF-16 surrogate pair/);
    await refused(client.saveToken(ACCESS), /a token is given as an object/);
    await refused(client.findTokenById(null), /id must be a string, not null/);
    await refused(client.deleteToken(7), /id must be a string, not of type number/);
    await refused(client.findToken({}, { timeoutMillis: 0 }), /timeoutMillis must be a whole number of at least 1/);
    await refused(client.getTokens({ pageSize: -1 }).next(), /pageSize must be a whole number of at least 1/);
    assert.deepEqual(calls, {});
  });
});

describe("coordinated refresh", () => {
  const CLAIM = { nonce: "n1", version: "3" };
  const FINDS = {
    FindToken: (client, options) => client.findToken({ userSignature: "alice" }, options),
    FindTokenById: (client, options) => client.findTokenById("1", options),
  };

  for (const [name, find] of Object.entries(FINDS)) {
    test(`${name} says that its caller will refresh, and finds the claim`, async (t) => {
      const requests = [];
      const { client } = await clientOf(t, {
        [name]: (request) => void requests.push(request) ?? { token: STORED, refresh: "REFRESH_NOW", claim: CLAIM },
      });

      const token = await find(client, { willRefresh: { minValidForMillis: 6500, abandonedClaim: "n0" } });
      await find(client, { willRefresh: {} });

      assert.deepEqual(token.claim, CLAIM);
      const [{ requestId: first, ...said }, { requestId: second, ...bare }] = requests;
      assert.deepEqual(
        { ...said, token: undefined, id: undefined },
        {
          willRefresh: true,
          minValidFor: { seconds: 6, nanos: 500_000_000 },
          abandonedClaim: "n0",
          token: undefined,
          id: undefined,
        },
      );
      assert.deepEqual([bare.willRefresh, bare.abandonedClaim], [true, undefined]);
      assert.match(first, /^[0-9a-f-]{36}$/);
      assert.notEqual(second, first);
    });

    test(`${name} says nothing of it by itself, and finds no claim unless it is to refresh`, async (t) => {
      const requests = [];
      const { client } = await clientOf(t, { [name]: (request) => void requests.push(request) ?? { token: STORED } });

      await find(client);
      const token = await find(client, { willRefresh: {} });

      assert.deepEqual(Object.keys(requests[0]), [name === "FindToken" ? "token" : "id"]);
      assert.ok(!("claim" in token));
    });

    test(`${name} has the same request id in its retries`, async (t) => {
      const ids = [];
      const { client } = await clientOf(t, {
        [name]: ({ requestId }, attempt) => {
          ids.push(requestId);
          return attempt < 3 ? unavailable() : { token: STORED };
        },
      });

      await find(client, { willRefresh: {} });

      assert.equal(ids.length, 3);
      assert.deepEqual([...new Set(ids)], [ids[0]]);
    });

    test(`${name} has a time limit of 20 seconds if it may wait for a refresh, unless the app gave one`, async (t) => {
      const left = [];
      const handlers = {
        [name]: (_request, _attempt, deadline) => {
          left.push(Math.round((Number(deadline) - Date.now()) / 1000));
          return { token: STORED };
        },
      };
      const { client, address } = await clientOf(t, handlers);
      const hasty = new TokenStoreClient({ address, timeoutMillis: 8000 });

      await find(client, { willRefresh: {} });
      await find(hasty, { willRefresh: {} });
      await find(client, { willRefresh: {}, timeoutMillis: 30_000 });
      hasty.close();

      assert.deepEqual(left.map((seconds, i) => Math.abs(seconds - [20, 8, 30][i]) < 2), [true, true, true], String(left));
    });
  }

  test("a save answers the claim, and a token given back does not store it", async (t) => {
    const requests = [];
    const { client } = await clientOf(t, {
      FindTokenById: () => ({ token: STORED, refresh: "REFRESH_NOW", claim: CLAIM }),
      SaveToken: (request) => void requests.push(request) ?? { token: STORED },
    });

    const found = await client.findTokenById("1", { willRefresh: {} });
    const saved = await client.saveToken({ ...found }, { claim: found.claim });
    await client.saveToken({ id: "1" });

    assert.deepEqual(requests[0].claim, CLAIM);
    assert.ok(!("claim" in requests[0].token) && !("claim" in requests[1]) && !("claim" in saved));
  });

  test("a delete of an expected version says whether it deleted a token", async (t) => {
    const requests = [];
    const { client } = await clientOf(t, {
      DeleteToken: (request, attempt) => void requests.push(request) ?? [{ deleted: true }, { deleted: false }, {}][attempt - 1],
    });

    assert.equal(await client.deleteToken("1", { expectedVersion: "3" }), true);
    assert.equal(await client.deleteToken("1"), false);
    assert.equal(await client.deleteToken("1"), false);

    assert.deepEqual(requests, [{ id: "1", expectedVersion: "3" }, { id: "1" }, { id: "1" }]);
  });

  test("a report of a rejected access token returns the name of its outcome", async (t) => {
    const outcomes = ["EXPIRED", "NOT_STORED", "TOO_NEW", "TOO_MANY"];
    const requests = [];
    const { client } = await clientOf(t, {
      ReportRejected: (request, attempt) => void requests.push(request) ?? { outcome: outcomes[attempt - 1] },
    });

    const returned = [];
    for (const _ of outcomes) {
      returned.push(await client.reportRejected("1", ACCESS));
    }

    assert.deepEqual(returned, outcomes);
    assert.deepEqual(requests[0], { id: "1", accessToken: ACCESS });
  });

  test("what cannot be sent is refused with a TypeError", async (t) => {
    const { client, calls } = await clientOf(t, {});

    for (const [call, message] of [
      [client.findToken({}, { willRefresh: { minValidForMillis: -1 } }), /minValidForMillis must be a whole number of at/],
      [client.findTokenById("1", { willRefresh: { minValidForMillis: 0.5 } }), /minValidForMillis must be a whole/],
      [client.findTokenById("1", { willRefresh: { abandonedClaim: 1 } }), /abandonedClaim must be a string/],
      [client.saveToken({ id: "1" }, { claim: "n1" }), /claim.nonce must be a string/],
      [client.deleteToken("1", { expectedVersion: 3 }), /expectedVersion must be a string/],
      [client.reportRejected("1", undefined), /accessToken must be a string/],
    ]) {
      await assert.rejects(call, { name: "TypeError", message });
    }
    assert.deepEqual(calls, {});
  });
});

describe("the list", () => {
  const pages = {
    "": { tokens: [{ id: "1" }, { id: "2" }], nextPageToken: "b" },
    b: { tokens: [], nextPageToken: "c" },
    c: { tokens: [{ id: "3" }], nextPageToken: "" },
  };

  test("goes on through all pages, an empty one in between too", async (t) => {
    const sizes = [];
    const { client } = await clientOf(t, {
      GetTokens: ({ pageToken, pageSize }) => void sizes.push(pageSize) ?? pages[pageToken ?? ""],
    });

    const ids = [];
    for await (const token of client.getTokens()) {
      ids.push(token.id);
    }

    assert.deepEqual(ids, ["1", "2", "3"]);
    assert.deepEqual(sizes, [500, 500, 500]);
  });

  test("asks for no page that nobody reads", async (t) => {
    const sizes = [];
    const { client, calls } = await clientOf(t, {
      GetTokens: ({ pageToken, pageSize }) => void sizes.push(pageSize) ?? pages[pageToken ?? ""],
    });

    for await (const token of client.getTokens({ pageSize: 2 })) {
      assert.equal(token.id, "1");
      break;
    }

    assert.equal(calls.GetTokens, 1);
    assert.deepEqual(sizes, [2]);
  });

  test("says so when its page token is too old", async (t) => {
    const { client } = await clientOf(t, {
      GetTokens: ({ pageToken }) => {
        if (pageToken) {
          throw storeError("ABORTED", "PAGE_TOKEN_EXPIRED", "start again without a page token");
        }
        return pages[""];
      },
    });

    const list = client.getTokens();
    await list.next();
    await list.next();

    await assert.rejects(list.next(), { name: "TokenStoreError", status: "ABORTED", reason: "PAGE_TOKEN_EXPIRED" });
  });
});

describe("errors", () => {
  test("carry the status, the reason and what the store adds to it", async (t) => {
    const { client } = await clientOf(t, {
      SaveToken: () => {
        throw storeError("ABORTED", "VERSION_CONFLICT", "the token is not at the expected version", {
          current_version: "7",
        });
      },
    });

    const error = await client.saveToken({ accessToken: ACCESS }).then(assert.fail, (error) => error);

    assert.ok(error instanceof TokenStoreError);
    assert.deepEqual(
      { message: error.message, status: error.status, reason: error.reason, currentVersion: error.currentVersion },
      {
        message: "the token is not at the expected version",
        status: "ABORTED",
        reason: "VERSION_CONFLICT",
        currentVersion: "7",
      },
    );
    assert.doesNotMatch(inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error), /fixture-secret/);
  });

  test("details that cannot be read do not hide the error", async (t) => {
    const { client } = await clientOf(t, {
      FindTokenById: () => {
        const error = storeError("NOT_FOUND", "TOKEN_NOT_FOUND", "there is no token with this id");
        error.metadata.set("grpc-status-details-bin", Buffer.from([0xff, 0xff, 0xff]));
        throw error;
      },
    });

    await assert.rejects(client.findTokenById("1"), {
      status: "NOT_FOUND",
      reason: undefined,
      message: /^the call to the token store sidecar at .* failed \(there is no token with this id\); its log may say more$/,
    });
  });

  test("a call that takes too long is given up", async (t) => {
    const { client } = await clientOf(t, { SaveToken: () => new Promise(() => {}) });

    await assert.rejects(client.saveToken({ accessToken: ACCESS }, { timeoutMillis: 150 }), {
      status: "DEADLINE_EXCEEDED",
      message: /did not answer within 150 ms; a save or delete may have happened all the same/,
    });
  });

  test("where nothing listens they say where, and what to do", async () => {
    const client = new TokenStoreClient({ address: `127.0.0.1:${await freePort()}` });
    const started = Date.now();

    await assert.rejects(client.findToken({ userSignature: "alice" }), {
      status: "UNAVAILABLE",
      reason: undefined,
      message: /^no token store sidecar can be reached at 127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\); start one there, or set TOKENSTORE_ADDRESS /,
    });
    assert.ok(Date.now() - started < 8000, "the retries end before the timeout");
    client.close();
  });

  test("a client that was closed says so", async (t) => {
    const { client } = await clientOf(t, {});

    client.close();

    await assert.rejects(client.deleteTokens(), { status: "CANCELLED", message: /is closed/ });
  });

  test("are found behind what the SDKs wrap around them", () => {
    const error = new TokenStoreError("there is no token with this id", "NOT_FOUND", "TOKEN_NOT_FOUND");
    const asMessage = new Error();
    asMessage.message = new Error("TOKEN_STORE", { cause: error });

    assert.equal(TokenStoreError.behind(error), error);
    assert.equal(TokenStoreError.behind(new Error("a", { cause: new Error("b", { cause: error }) })), error);
    assert.equal(TokenStoreError.behind(asMessage), error);
    assert.equal(TokenStoreError.behind(new Error("another")), undefined);
    assert.equal(TokenStoreError.behind("no error"), undefined);
  });

  test("say whether the token is gone, also behind what the SDKs wrap around them", () => {
    for (const [status, reason, gone] of [
      ["NOT_FOUND", "TOKEN_NOT_FOUND", true],
      ["FAILED_PRECONDITION", "TOKEN_DELETED", true],
      ["FAILED_PRECONDITION", "STORE_NOT_FOUND", false],
      ["NOT_FOUND", undefined, false],
    ]) {
      const error = new TokenStoreError("", status, reason);
      assert.equal(TokenStoreError.isTokenGone(error), gone);
      assert.equal(TokenStoreError.isTokenGone(new Error("a", { cause: error })), gone);
    }
    assert.equal(TokenStoreError.isTokenGone(new Error("another")), false);
    assert.equal(TokenStoreError.isTokenGone(undefined), false);
  });

  for (const [name, domain, reason] of [
    ["of another service", "proxy.example", "TOKEN_NOT_FOUND"],
    ["without a reason", "tokenstore.dev", ""],
  ]) {
    test(`an ErrorInfo ${name} is not the store's`, async (t) => {
      const { client } = await clientOf(t, {
        FindTokenById: () => {
          throw storeError("NOT_FOUND", reason, "no such route", {}, domain);
        },
      });

      await assert.rejects(client.findTokenById("1"), { status: "NOT_FOUND", reason: undefined, currentVersion: undefined });
    });
  }

  test("a server that is no token store is named", async (t) => {
    const { client } = await clientOf(t, {
      FindToken: () => {
        throw Object.assign(new Error(), { code: 12, details: "unknown method" });
      },
    });

    await assert.rejects(client.findToken({}), {
      status: "UNIMPLEMENTED",
      message: /^what answers at .* is no token store sidecar, or an older one; set TOKENSTORE_ADDRESS/,
    });
  });
});

describe("retries", () => {
  const CALLS = {
    FindToken: (client) => client.findToken({ userSignature: "alice" }),
    FindTokenById: (client) => client.findTokenById("1"),
    GetTokens: (client) => client.getTokens().next(),
    DeleteToken: (client) => client.deleteToken("1"),
    SaveToken: (client) => client.saveToken({ accessToken: ACCESS }),
    ReportRejected: (client) => client.reportRejected("1", ACCESS),
    DeleteTokens: (client) => client.deleteTokens(),
  };
  for (const name of ["FindToken", "FindTokenById", "GetTokens", "DeleteToken"]) {
    test(`${name} is repeated where the store is unavailable for a moment`, async (t) => {
      const { client, calls } = await clientOf(t, {
        [name]: (_, attempt) => [unavailable, broken, () => ({ token: STORED })][attempt - 1](),
      });

      await CALLS[name](client);

      assert.equal(calls[name], 3);
    });
  }

  for (const name of ["SaveToken", "ReportRejected", "DeleteTokens"]) {
    test(`${name} is never repeated: it may have been carried out`, async (t) => {
      const { client, calls } = await clientOf(t, { [name]: (_, attempt) => (attempt === 1 ? unavailable() : broken()) });

      await assert.rejects(CALLS[name](client), { status: "UNAVAILABLE", reason: "API_SERVER_UNAVAILABLE" });
      await assert.rejects(CALLS[name](client), { status: "UNKNOWN", reason: undefined });

      assert.equal(calls[name], 2);
    });
  }

  /** A client whose connection breaks while its first call is in flight. */
  async function clientThatLosesItsConnection(t, name) {
    const store = await fakeStore({
      [name]: (_, attempt) => {
        if (attempt === 1) {
          relay.breakConnections();
        }
        return { token: STORED };
      },
    });
    const relay = await relayTo(store.address);
    const client = new TokenStoreClient({ address: relay.address });
    t.after(() => {
      client.close();
      relay.close();
      store.stop();
    });
    return { client, calls: store.calls };
  }

  for (const name of ["FindToken", "FindTokenById", "GetTokens", "DeleteToken"]) {
    test(`${name} is repeated over a new connection where the old one broke`, async (t) => {
      const { client, calls } = await clientThatLosesItsConnection(t, name);

      await CALLS[name](client);

      assert.equal(calls[name], 2);
    });
  }

  for (const name of ["SaveToken", "DeleteTokens"]) {
    test(`${name} is UNAVAILABLE, and not repeated, where the connection broke`, async (t) => {
      const { client, calls } = await clientThatLosesItsConnection(t, name);

      await assert.rejects(CALLS[name](client), {
        status: "UNAVAILABLE",
        message: /^no token store sidecar can be reached at /,
      });

      assert.equal(calls[name], 1);
    });
  }

  for (const name of Object.keys(CALLS)) {
    const limit = name === "DeleteTokens" ? 600_000 : 10_000;
    test(`${name} has a time limit of ${limit / 1000} seconds`, async (t) => {
      let left;
      const { client } = await clientOf(t, {
        [name]: (_request, _attempt, deadline) => {
          left = Number(deadline) - Date.now();
          return { token: STORED };
        },
      });

      await CALLS[name](client);

      assert.ok(Math.abs(left - limit) < 5000, `${left} ms left`);
    });
  }

  test("deleteTokens takes another time limit of the client, or of the call", async (t) => {
    const { client } = await clientOf(t, { DeleteTokens: () => new Promise(() => {}) }, { deleteTokensTimeoutMillis: 150 });

    await assert.rejects(client.deleteTokens(), { message: /did not answer within 150 ms/ });
    await assert.rejects(client.deleteTokens({ timeoutMillis: 120 }), { message: /did not answer within 120 ms/ });
  });

  test("no other error is repeated", async (t) => {
    const { client, calls } = await clientOf(t, {
      FindToken: () => {
        throw storeError("PERMISSION_DENIED", "STORE_NOT_ACCESSIBLE", "the pod's account may not use the store");
      },
    });

    await assert.rejects(CALLS.FindToken(client), { reason: "STORE_NOT_ACCESSIBLE" });

    assert.equal(calls.FindToken, 1);
  });

  test("a save waits for a sidecar that is just starting", async (t) => {
    const port = await freePort();
    const client = new TokenStoreClient({ address: `127.0.0.1:${port}` });
    const saved = client.saveToken({ accessToken: ACCESS });
    // let the first attempts to connect fail
    await assert.rejects(client.findToken({}, { timeoutMillis: 300 }));

    const store = await fakeStore({ SaveToken: () => ({ token: STORED }) }, { port });
    t.after(() => {
      client.close();
      store.stop();
    });

    assert.equal((await saved).id, STORED.id);
    assert.equal(store.calls.SaveToken, 1);
  });
});

describe("the address", () => {
  const before = process.env.TOKENSTORE_ADDRESS;
  after(() => restore("TOKENSTORE_ADDRESS", before));

  test("is the given one, else that of the environment, else the sidecar's default", () => {
    const address = (options) => {
      const client = new TokenStoreClient(options);
      client.close();
      return client.address;
    };

    process.env.TOKENSTORE_ADDRESS = "unix:/run/tokenstore/tokenstore.sock";
    assert.equal(address({ address: "[::1]:50051" }), "[::1]:50051");
    assert.equal(address({}), "unix:/run/tokenstore/tokenstore.sock");
    process.env.TOKENSTORE_ADDRESS = "";
    assert.equal(address({}), "127.0.0.1:50051");
    delete process.env.TOKENSTORE_ADDRESS;
    assert.equal(address(), "127.0.0.1:50051");
  });

  test("is refused where it is malformed, naming the setting", () => {
    for (const malformed of ["http://127.0.0.1:50051", "127.0.0.1", ":50051", "50051", "unix:", "a b:1"]) {
      process.env.TOKENSTORE_ADDRESS = malformed;
      assert.throws(() => new TokenStoreClient(), {
        name: "TypeError",
        message: `TOKENSTORE_ADDRESS is malformed: ${malformed} (accepted are HOST:PORT and unix:PATH)`,
      });
    }
    assert.throws(() => new TokenStoreClient({ address: "" }), { message: /^address is malformed/ });
  });

  test("may be a socket's path of 107 bytes, and no longer one, which is refused with both numbers", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "tokenstore-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "é").padEnd(106, "x");
    assert.equal(Buffer.byteLength(path), 107);
    const fake = await fakeStore({ FindToken: () => ({}) }, { address: `unix:${path}` });
    t.after(() => fake.stop());

    for (const address of [`unix:${path}`, `unix://${path}`]) {
      const client = new TokenStoreClient({ address });
      t.after(() => client.close());
      assert.equal(await client.findToken({ userSignature: "alice" }), null);
    }
    for (const address of [`unix:${path}x`, `unix://${path}x`]) {
      process.env.TOKENSTORE_ADDRESS = address;
      assert.throws(() => new TokenStoreClient(), {
        name: "TypeError",
        message:
          `TOKENSTORE_ADDRESS names a Unix socket whose path has 108 bytes: ${address} ` +
          "(the operating system takes at most 107; use a shorter path)",
      });
    }
  });

  test("is reached directly, whatever proxy the environment names", async (t) => {
    const variables = ["grpc_proxy", "http_proxy", "https_proxy", "no_grpc_proxy", "no_proxy"];
    const values = variables.map((name) => process.env[name]);
    t.after(() => variables.forEach((name, i) => restore(name, values[i])));
    variables.slice(0, 3).forEach((name) => (process.env[name] = "http://127.0.0.1:1"));
    variables.slice(3).forEach((name) => delete process.env[name]);
    const { client } = await clientOf(t, { FindToken: () => ({}) });

    assert.equal(await client.findToken({ userSignature: "alice" }), null);
  });

  function restore(name, value) {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }
});

describe("a token that is printed", () => {
  const token = new Token({ ...STORED, expireTime: new Date(0), createTime: undefined });

  test("shows which fields it has, and no value of them", () => {
    const printed = [
      inspect(token),
      inspect({ deep: [token] }, { depth: null, showHidden: true, colors: true }),
      JSON.stringify({ token }),
      `${token}`,
      inspect(new Error("x", { cause: token })),
    ].join("\n");

    assert.doesNotMatch(printed, /fixture-secret|alice/);
    assert.match(inspect(token), /^Token \{[^]*accessToken: '<redacted>'[^]*expiresIn: '1700000000123'/);
    assert.equal(JSON.parse(JSON.stringify(token)).accessToken, "<redacted>");
  });
});

describe("the process", () => {
  const run = promisify(execFile);

  test("ends by itself, though a client was used and not closed", async (t) => {
    const { address } = await clientOf(t, { FindToken: () => ({}) });
    const program = `
      import { TokenStoreClient } from "oauth-token-store";
      console.log(await new TokenStoreClient().findToken({ userSignature: "alice" }));`;

    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: import.meta.dirname ?? new URL(".", import.meta.url).pathname,
      env: { ...process.env, TOKENSTORE_ADDRESS: address },
      timeout: 20_000,
    });

    assert.equal(stdout, "null\n");
  });

  test("loads nothing of an SDK with the client alone", async () => {
    const program = `
      require("oauth-token-store");
      console.log(Object.keys(require.cache).filter((file) => file.includes("@zohocrm")).length);`;

    const { stdout } = await run(process.execPath, ["--eval", program], {
      cwd: new URL("..", import.meta.url).pathname,
    });

    assert.equal(stdout, "0\n");
  });
});
