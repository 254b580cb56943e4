// What apps go through, with the real SDKs, a sidecar on a real API server and a fake vendor. The SDKs keep their state in
// the process, so every app is a process of its own.
import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, beforeEach, describe, test } from "node:test";
import { TokenStoreClient } from "oauth-token-store";
import { App, CLIENT } from "./app-process.mjs";
import { OTHER_SDKS, SDKS } from "./sdks.mjs";
import { newSidecar, newVendor } from "./testbed.mjs";

for (const name of SDKS) {
  describe(`an app with ${name}`, () => {
    let sidecar, vendor, client;
    const apps = [];

    before(async () => {
      sidecar = await newSidecar();
      client = new TokenStoreClient({ address: sidecar.address });
    });

    beforeEach(async () => {
      await client.deleteTokens();
      vendor = await newVendor();
    });

    after(async () => {
      await Promise.all(apps.map((app) => app.end()));
      client?.close();
      await sidecar?.remove();
      for (const app of apps) {
        assert.doesNotMatch(app.output, /fixture-secret/, "no app printed a secret");
      }
    });

    async function newApp(address = sidecar.address) {
      const app = new App(name, address);
      apps.push(app);
      await app.ready;
      return app;
    }

    /** An app that is initialised by a refresh token that the vendor knows. */
    async function initializedApp(token) {
      const app = await newApp();
      await app.do("initialize", { vendor, token });
      return app;
    }

    async function byRefreshToken(user) {
      return { ...CLIENT, refreshToken: await vendor.newRefreshToken(user) };
    }

    test("is initialised by a refresh token: one token request, and the token is stored with its user", async () => {
      const token = await byRefreshToken("alice");

      const app = await initializedApp(token);

      const [row, ...others] = await rows(client);
      assert.deepEqual(others, []);
      assert.match(row.userSignature, /^alice@example\.com:/, "the SDKs name the user and the organisation");
      assert.equal(row.refreshToken, token.refreshToken);
      assert.equal(row.clientSecret, CLIENT.clientSecret);
      assert.match(row.accessToken, /access/);
      assert.match(row.expiresIn, /^\d{13}$/);
      assert.equal(row.apiDomain, vendor.apiDomain);
      assert.equal((await app.do("token")).id, row.id, "the SDK's token has the id of the stored one");
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token"]);
    });

    test("is initialised by a grant, once: the next process needs none", async () => {
      const grantToken = await vendor.newGrant("bob");

      await initializedApp({ ...CLIENT, grantToken, redirectURL: "https://app.example/callback" });
      const [row] = await rows(client);
      const second = await initializedApp({ ...CLIENT, grantToken, redirectURL: "https://app.example/callback" });

      assert.equal(row.grantToken, grantToken);
      assert.match(row.refreshToken, /refresh/);
      assert.equal((await second.do("call")).user, "bob@example.com");
      assert.equal((await second.do("token")).id, row.id);
      assert.deepEqual(await vendor.tokenRequests(), ["authorization_code"]);
    });

    test("asks for no token in a second process with the same refresh token", async () => {
      const token = await byRefreshToken();
      await initializedApp(token);

      const second = await initializedApp(token);

      assert.equal((await second.do("call")).status, 200);
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token"]);
      assert.equal((await rows(client)).length, 1);
    });

    test("calls again and again with the stored token, by its id", async () => {
      const app = await initializedApp(await byRefreshToken("carol"));

      for (let call = 0; call < 3; call++) {
        assert.deepEqual(await app.do("call"), { status: 200, user: "carol@example.com" });
      }

      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token"]);
      assert.equal((await vendor.record()).lastApiToken, "valid");
    });

    test("refreshes a token near its expiry, and saves it into the same row", async () => {
      // the SDKs refresh what is valid for less than five seconds
      await vendor.behave({ accessTokenSeconds: 4 });
      const app = await initializedApp(await byRefreshToken());
      const [first] = await rows(client);

      await vendor.behave({ accessTokenSeconds: 3600 });
      assert.equal((await app.do("call")).status, 200);
      assert.equal((await app.do("call")).status, 200);

      const [second, ...others] = await rows(client);
      assert.deepEqual(others, []);
      assert.equal(second.id, first.id);
      assert.equal(second.refreshToken, first.refreshToken);
      assert.notEqual(second.accessToken, first.accessToken);
      assert.ok(BigInt(second.expiresIn) > BigInt(first.expiresIn));
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token", "refresh_token"]);
    });

    test("uses what another process has refreshed", async () => {
      await vendor.behave({ accessTokenSeconds: 4 });
      const token = await byRefreshToken();
      const app = await initializedApp(token);
      await vendor.behave({ accessTokenSeconds: 3600 });
      const other = await initializedApp(token);
      assert.equal((await vendor.tokenRequests()).length, 2);

      assert.equal((await app.do("call")).status, 200);
      assert.equal((await other.do("call")).status, 200);

      assert.equal((await vendor.tokenRequests()).length, 2);
    });

    test("is initialised by the id alone", async () => {
      await initializedApp(await byRefreshToken("dora"));
      const [{ id }] = await rows(client);

      const second = await initializedApp({ id });

      assert.equal((await second.do("call")).user, "dora@example.com");
      assert.match((await second.do("token")).user_signature, /^dora@example\.com:/);
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token"]);
    });

    test("refreshes a token it was given the id of", async () => {
      await vendor.behave({ accessTokenSeconds: 4 });
      await initializedApp(await byRefreshToken("dora"));
      await vendor.behave({ accessTokenSeconds: 3600 });
      const [{ id }] = await rows(client);

      const second = await initializedApp({ id });

      assert.equal((await second.do("call")).user, "dora@example.com");
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token", "refresh_token"]);
      assert.equal((await rows(client)).length, 1);
    });

    test("is initialised by its user's name", async () => {
      await initializedApp(await byRefreshToken("erin"));
      const [{ userSignature }] = await rows(client);

      const second = await initializedApp({ userSignature });

      assert.equal((await second.do("call")).user, "erin@example.com");
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token"]);
    });

    test("is told when there is no token with its id", async () => {
      const app = await newApp();

      const error = await app.fails("initialize", { vendor, token: { id: "unknown" } });

      assert.equal(error.type, "SDKException");
      assert.equal(error.code, "TOKEN_STORE");
      assert.equal(error.reason, "TOKEN_NOT_FOUND");
      assert.match(error.text, /^Caused By : TOKEN_STORE - there is no token with this id: .* initialize the SDK again, without the id$/);
    });

    test("switches between users, each with a token of its own, by initializing again", async () => {
      const tokens = { frank: await byRefreshToken("frank"), grace: await byRefreshToken("grace") };
      const app = await newApp();

      for (const user of ["frank", "grace", "frank", "grace"]) {
        await app.do("initialize", { vendor, token: tokens[user] });
        assert.equal((await app.do("call")).user, `${user}@example.com`);
      }

      assert.deepEqual((await rows(client)).map((row) => row.userSignature.split("@")[0]).sort(), ["frank", "grace"]);
      assert.equal((await vendor.tokenRequests()).length, 2);
    });

    test("switches to another user by the SDK's switchUser", async () => {
      const app = await initializedApp(await byRefreshToken("frank"));

      await app.do("switchUser", { token: await byRefreshToken("grace") });

      assert.equal((await app.do("call")).user, "grace@example.com");
    });

    test("goes on after the sidecar was killed and started again", async () => {
      const app = await initializedApp(await byRefreshToken("heidi"));

      await sidecar.kill();
      await sidecar.start();
      assert.equal((await app.do("call")).user, "heidi@example.com");

      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token"]);
    });

    test("is told when the sidecar is down, and goes on when it is back", async () => {
      const app = await initializedApp(await byRefreshToken("ivan"));

      await sidecar.kill();
      const error = await app.fails("call").finally(() => sidecar.start());

      assert.equal(error.type, "SDKException");
      assert.equal(error.code, "TOKEN_STORE");
      assert.equal(error.status, "UNAVAILABLE");
      assert.match(error.text, /no token store sidecar can be reached at 127\.0\.0\.1:\d+ .*; start one there/);
      assert.equal((await app.do("call")).user, "ivan@example.com");
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token"]);
    });

    test("saves what it has just refreshed when the sidecar comes back", async () => {
      await vendor.behave({ accessTokenSeconds: 4 });
      const app = await initializedApp(await byRefreshToken("judy"));
      await vendor.behave({ accessTokenSeconds: 3600, delayMillis: 2000 });

      const read = once(app.events, "read by id");
      const call = app.do("call");
      await read;
      await sidecar.kill();
      await Promise.all([call, sidecar.start()]);

      assert.equal((await call).user, "judy@example.com");
      assert.equal((await app.do("call")).user, "judy@example.com");
      assert.equal((await vendor.tokenRequests()).length, 2, "the refreshed token was not lost");
    });

    test("cannot be initialised while the sidecar is down", async () => {
      await sidecar.kill();
      const app = await newApp();

      const error = await app
        .fails("initialize", { vendor, token: await byRefreshToken() })
        .finally(() => sidecar.start());

      assert.equal(error.code, "TOKEN_STORE");
      assert.match(error.text, /no token store sidecar can be reached at .*; start one there/);
      assert.deepEqual(await vendor.tokenRequests(), [], "no token was asked for that could not be kept");
    });

    test("is told when its session was cleaned up, and starts a new one", async () => {
      const token = await byRefreshToken("kim");
      const app = await initializedApp(token);
      const [{ id }] = await rows(client);

      // what the operator does
      await client.deleteToken(id);
      const error = await app.fails("call");
      assert.equal(error.code, "TOKEN_STORE");
      assert.equal(error.reason, "TOKEN_NOT_FOUND");

      await app.do("initialize", { vendor, token });
      assert.equal((await app.do("call")).user, "kim@example.com");
      assert.notEqual((await rows(client))[0].id, id);
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token", "refresh_token"]);
    });

    test("is told when the vendor refuses, and nothing is stored", async () => {
      await vendor.behave({ refuse: "invalid_code" });
      const app = await newApp();

      const error = await app.fails("initialize", { vendor, token: await byRefreshToken() });

      assert.equal(error.type, "SDKException");
      assert.equal(error.reason, undefined, "no error of the store");
      assert.match(error.text, /invalid_code/);
      assert.deepEqual(await rows(client), []);
    });

    test("removes its token from the store", async () => {
      const app = await initializedApp(await byRefreshToken());

      assert.equal(await app.do("remove"), true);

      assert.deepEqual(await rows(client), []);
    });
  });

  describe(`an app with ${name} on another store`, () => {
    test("ends its session when it calls nothing for as long as the store says", async (t) => {
      const sidecar = await newSidecar({ sessionTimeout: "2s" });
      const app = new App(name, sidecar.address);
      t.after(() => Promise.all([app.end(), sidecar.remove()]));
      await app.ready;
      const vendor = await newVendor();
      const token = { ...CLIENT, refreshToken: await vendor.newRefreshToken("lea") };
      await app.do("initialize", { vendor, token });

      await sleep(2500);
      assert.equal((await app.fails("call")).reason, "TOKEN_NOT_FOUND");

      await app.do("initialize", { vendor, token });
      assert.equal((await app.do("call")).user, "lea@example.com");
    });

    test("that it may only read: what it refreshes cannot be saved, and the SDK fails the call", async (t) => {
      const sidecar = await newSidecar({}, { readOnly: true });
      const app = new App(name, sidecar.address);
      t.after(() => Promise.all([app.end(), sidecar.remove()]));
      await app.ready;
      const vendor = await newVendor();

      const error = await app.fails("initialize", {
        vendor,
        token: { ...CLIENT, refreshToken: await vendor.newRefreshToken() },
      });

      assert.equal(error.reason, "STORE_NOT_ACCESSIBLE");
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token"], "a refresh was spent for nothing");
    });
  });
}

for (const name of [...SDKS, ...OTHER_SDKS]) {
  describe(`an app with ${name} whose client secret leaked`, () => {
    test("goes on with a new one, as docs/operate.md says: expire its token, then restart it", async (t) => {
      const sidecar = await newSidecar();
      const vendor = await newVendor();
      const client = new TokenStoreClient({ address: sidecar.address });
      const apps = [];
      t.after(async () => {
        await Promise.all(apps.map((app) => app.end()));
        client.close();
        await sidecar.remove();
      });
      const start = async (token) => {
        apps.push(new App(name, sidecar.address));
        await apps.at(-1).ready;
        await apps.at(-1).do("initialize", { vendor, token });
        return apps.at(-1);
      };
      const token = { ...CLIENT, refreshToken: await vendor.newRefreshToken("nina") };
      await start(token);
      await start(token);
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token"], "the second app finds the first one's token");
      const [{ id }] = await rows(client);
      await vendor.behave({ clientSecret: "fixture-secret-new" });

      await client.saveToken({ id, expiresIn: "1" }); // what `tokenstore expire` saves
      const restarted = await start({ ...token, clientSecret: "fixture-secret-new" });

      assert.equal((await restarted.do("call")).user, "nina@example.com");
      const [row, ...others] = await rows(client);
      assert.deepEqual([row.id, row.clientSecret, others], [id, "fixture-secret-new", []]);
      // with the new secret the token can be refreshed again
      await client.saveToken({ id, expiresIn: "1" });
      assert.equal((await restarted.do("call")).user, "nina@example.com");
      assert.deepEqual(await vendor.outcomes(), ["issued", "issued", "issued"]);
    });
  });
}

describe("the TypeScript SDK's switchUser", () => {
  test("finds no way back to a former user, as the README says", async (t) => {
    const sidecar = await newSidecar();
    const vendor = await newVendor();
    const app = new App("zoho-typescript", sidecar.address);
    t.after(() => Promise.all([app.end(), sidecar.remove()]));
    await app.ready;
    const frank = { ...CLIENT, refreshToken: await vendor.newRefreshToken("frank") };
    const grace = { ...CLIENT, refreshToken: await vendor.newRefreshToken("grace") };
    await app.do("initialize", { vendor, token: frank });

    await app.do("switchUser", { token: grace });
    await app.do("switchUser", { token: frank });

    assert.equal((await app.do("call")).user, "grace@example.com");
  });
});

describe("the Node SDK's switchUser while the sidecar is down", () => {
  test("reports nothing: the process ends with an unhandled rejection, as the README says", async (t) => {
    const sidecar = await newSidecar();
    const vendor = await newVendor();
    const app = new App("zoho-node", sidecar.address);
    t.after(() => Promise.all([app.end(), sidecar.remove()]));
    await app.ready;
    const token = { ...CLIENT, refreshToken: await vendor.newRefreshToken() };
    await app.do("initialize", { vendor, token });
    await sidecar.kill();

    await app.do("switchUser", { token: { ...CLIENT, refreshToken: "fixture-secret-another" } });

    assert.equal(await app.ended, 1);
    assert.match(app.output, /no token store sidecar can be reached at .*; start one there/);
    assert.doesNotMatch(app.output, /fixture-secret/);
  });
});

async function rows(client) {
  const rows = [];
  for await (const token of client.getTokens()) {
    rows.push({ ...token });
  }
  return rows;
}
