// What the table of cases does not say about the SDKs' stores, against a store that answers what a test says.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { TokenStoreClient, TokenStoreError } from "oauth-token-store";
import { sidecarTokenStoreFor } from "oauth-token-store/zoho";
import { fakeStore, freePort, storeError } from "./fake-store.mjs";
import { OTHER_SDKS, SDKS, fieldsOf, load, oauthToken } from "./sdks.mjs";

for (const name of SDKS) {
  describe(`the store for ${name}`, async () => {
    const { sdk, SidecarTokenStore } = await load(name);

    async function storeOf(t, handlers) {
      const fake = await fakeStore(handlers);
      const store = new SidecarTokenStore({ address: fake.address });
      t.after(() => {
        store.close();
        fake.stop();
      });
      return { store, calls: fake.calls };
    }

    test("is what the SDK takes for a store", async () => {
      const store = new SidecarTokenStore(new TokenStoreClient());

      const builder = await new sdk.InitializeBuilder();
      builder.store(store);

      if (name === "zoho-node") {
        assert.ok(store instanceof sdk.TokenStore.TokenStore);
      }
    });

    test("fails with an exception that says the same sentence however often it is printed, and has its cause", async (t) => {
      const { store } = await storeOf(t, {
        SaveToken: () => {
          throw storeError("RESOURCE_EXHAUSTED", "STORE_FULL", "the store holds as many tokens as it may");
        },
      });

      const error = await store
        .saveToken(oauthToken(sdk, { access_token: "fixture-secret-access" }))
        .then(assert.fail, (error) => error);

      assert.ok(error instanceof sdk.SDKException);
      assert.equal(error.message, "the store holds as many tokens as it may");
      assert.equal(String(error), "Caused By : TOKEN_STORE - the store holds as many tokens as it may");
      assert.equal(String(error), "Caused By : TOKEN_STORE - the store holds as many tokens as it may");
      assert.ok(error.cause instanceof TokenStoreError);
      assert.equal(TokenStoreError.behind(error).reason, "STORE_FULL");
    });

    test("says what to do when the token is gone", async (t) => {
      const { store } = await storeOf(t, {
        FindTokenById: () => {
          throw storeError("NOT_FOUND", "TOKEN_NOT_FOUND", "there is no token with this id");
        },
        SaveToken: () => {
          throw storeError("FAILED_PRECONDITION", "TOKEN_DELETED", "the token was deleted");
        },
      });

      for (const call of [() => store.findTokenById("1"), () => store.saveToken(oauthToken(sdk, { id: "1" }))]) {
        const error = await call().then(assert.fail, (error) => error);

        assert.equal(
          error.message,
          "there is no token with this id: it was deleted, or its session is over; " +
            "initialize the SDK again, without the id",
        );
        assert.ok(TokenStoreError.isTokenGone(error));
      }
    });

    test("gives the store a user with an empty name, and none without a name", async (t) => {
      const requests = [];
      const { store } = await storeOf(t, { FindToken: (request) => void requests.push(request.token) ?? {} });
      const nameless = oauthToken(sdk, { id: "1", user_signature: "alice" });
      nameless.getUserSignature().getName = () => null;

      await store.findToken(oauthToken(sdk, { user_signature: "" }));
      await store.findToken(nameless);

      assert.deepEqual(requests, [{ userSignature: "" }, { id: "1" }]);
    });

    test("refuses an OAuthToken of another copy of the SDK instead of keeping it from the store", async (t) => {
      const { store, calls } = await storeOf(t, {});
      const foreign = new (class OAuthToken {})();

      for (const method of ["findToken", "saveToken"]) {
        await assert.rejects(store[method](foreign), {
          code: "TOKEN_STORE",
          message: /belongs to another copy of @zohocrm\/.*-sdk-8\.0 .*"npm ls/,
        });
      }
      assert.deepEqual(calls, {});
    });

    test("takes numbers for what they read as, and refuses what is no text without showing it", async (t) => {
      const requests = [];
      const { store } = await storeOf(t, {
        SaveToken: (request) => void requests.push(request.token) ?? { token: { id: "7", accessToken: "a" } },
      });

      await store.saveToken(oauthToken(sdk, { id: 7, access_token: "a", expires_in: 1700000000123 }));
      const error = await store
        .saveToken(oauthToken(sdk, { access_token: ["fixture-secret-access"] }))
        .then(assert.fail, (error) => error);

      assert.deepEqual(requests, [{ id: "7", accessToken: "a", expiresIn: "1700000000123" }]);
      assert.ok(error instanceof sdk.SDKException);
      assert.match(error.message, /accessToken of an OAuthToken must be a string/);
      assert.doesNotMatch(inspect(error, { depth: null }), /fixture-secret/);
    });

    test("reads a list of several pages", async (t) => {
      const { store } = await storeOf(t, {
        GetTokens: ({ pageToken }) =>
          pageToken ? { tokens: [{ id: "2" }] } : { tokens: [{ id: "1", userSignature: "u" }], nextPageToken: "next" },
      });

      assert.deepEqual((await store.getTokens()).map(fieldsOf), [{ id: "1", user_signature: "u" }, { id: "2" }]);
    });

    test("fails with the SDK's exception once it is closed", async (t) => {
      const { store } = await storeOf(t, {});

      store.close();

      await assert.rejects(store.deleteTokens(), { code: "TOKEN_STORE", message: /is closed/ });
    });
  });
}

for (const name of [...SDKS, ...OTHER_SDKS]) {
  describe(`coordinated refresh by the store for ${name}`, async () => {
    const { sdk, SidecarTokenStore } = await load(name);
    const ROW = { id: "1", clientId: "c", refreshToken: "fixture-secret-refresh", accessToken: "a", expiresIn: "1700000000123" };
    const claim = (nonce) => ({ token: ROW, refresh: "REFRESH_NOW", claim: { nonce, version: "3" } });

    async function storeOf(t, reply, options) {
      const requests = [];
      const handler = (request) => void requests.push(request) ?? reply(requests.length);
      const fake = await fakeStore({ FindToken: handler, FindTokenById: handler, SaveToken: handler });
      const store = new SidecarTokenStore({ address: fake.address }, options);
      t.after(() => {
        store.close();
        fake.stop();
      });
      return { store, requests };
    }

    /** The SDK's own refresh, at a vendor that cannot be reached. */
    const failedRefresh = async (token) => assert.rejects(token.refreshAccessToken(token, `http://127.0.0.1:${await freePort()}`));

    test("finds by id and by more than an id say that the SDK refreshes; a lookup by an id alone does not", async (t) => {
      const { store, requests } = await storeOf(t, () => ({ token: ROW }));

      await store.findTokenById("1");
      await store.findToken(oauthToken(sdk, { user_signature: "alice" }));
      await store.findToken(oauthToken(sdk, { id: "1" }));

      assert.deepEqual(
        requests.map(({ willRefresh, minValidFor }) => [willRefresh, minValidFor?.seconds]),
        [[true, 6], [true, 6], [undefined, undefined]],
      );
    });

    test("says nothing without coordination", async (t) => {
      const { store, requests } = await storeOf(t, () => ({ token: ROW }), { coordinateRefresh: false });

      await store.findTokenById("1");
      await store.findToken(oauthToken(sdk, { user_signature: "alice" }));

      assert.deepEqual(requests.map(Object.keys), [["id"], ["token"]]);
    });

    test("a claim makes the SDK refresh; the save answers it once, and never stores the old expiry", async (t) => {
      const { store, requests } = await storeOf(t, (call) => (call === 1 ? claim("n1") : { token: ROW }));

      const token = await store.findTokenById("1");
      assert.equal(token.getExpiresIn(), "1");
      token.setAccessToken("b");
      await store.saveToken(token);
      token.setExpiresIn("1");
      await store.saveToken(token);

      assert.deepEqual(requests[1].claim, { nonce: "n1", version: "3" });
      assert.deepEqual([requests[1].token.accessToken, requests[1].token.expiresIn], ["b", undefined]);
      assert.deepEqual([requests[2].claim, requests[2].token.expiresIn], [undefined, undefined]);
    });

    test("a find by the caller's object claims for that object, and for no copy of it", async (t) => {
      const { store, requests } = await storeOf(t, (call) => (call === 1 ? claim("n1") : { token: ROW }));
      const token = oauthToken(sdk, { user_signature: "alice" });

      await store.findToken(token);
      await store.saveToken(oauthToken(sdk, { id: "1", access_token: "b" }));
      await store.saveToken(token);

      assert.equal(token.getExpiresIn(), "1700000000123");
      assert.deepEqual(requests.map(({ claim }) => claim?.nonce), [undefined, undefined, "n1"]);
      assert.ok(!Object.keys(token).includes("refreshAccessToken"));
    });

    test("the claim of a refresh that failed is given back by the next find, once", async (t) => {
      const { store, requests } = await storeOf(t, (call) => (call < 3 ? claim(`n${call}`) : { token: ROW }));

      const first = await store.findTokenById("1");
      const second = await store.findTokenById("1"); // at the same time: its refresh is still under way
      await failedRefresh(first);
      await store.findTokenById("1");
      await store.findTokenById("1");
      await store.saveToken(second);

      assert.deepEqual(requests.map(({ abandonedClaim }) => abandonedClaim), [undefined, undefined, "n1", undefined, undefined]);
      assert.equal(requests[4].claim.nonce, "n2");
    });

    test("a later refresh of the same object, without a claim, gives nothing back", async (t) => {
      const { store, requests } = await storeOf(t, (call) => (call === 1 ? claim("n1") : { token: ROW }));
      const token = await store.findTokenById("1");

      await failedRefresh(token);
      await failedRefresh(token);
      await store.findTokenById("1");
      await store.findTokenById("1");

      assert.deepEqual(requests.map(({ abandonedClaim }) => abandonedClaim), [undefined, "n1", undefined]);
    });

    test("a claim on a token of which the SDK keeps an access token of its own is given back", async (t) => {
      const { store, requests } = await storeOf(t, (call) => (call === 1 ? claim("n1") : { token: ROW }));
      const token = oauthToken(sdk, { user_signature: "alice", access_token: "own" });

      await store.findToken(token);
      await store.findTokenById("1");

      assert.equal(token.getExpiresIn() ?? null, null);
      assert.equal(requests[1].abandonedClaim, "n1");
    });
  });
}

describe("an SDK that the caller gives", () => {
  test("is refused with a sentence that names what it lacks", async () => {
    const sdk = await import("@zohocrm/nodejs-sdk-8.0");
    const { getUserSignature, ...older } = Object.getOwnPropertyDescriptors(sdk.OAuthToken.prototype);
    const OAuthToken = class {};
    Object.defineProperties(OAuthToken.prototype, older);

    for (const [given, lacks] of [
      [undefined, "OAuthToken"],
      [{ OAuthToken }, "UserSignature"],
      [{ ...sdk, OAuthToken }, "OAuthToken.getUserSignature"],
    ]) {
      assert.throws(() => sidecarTokenStoreFor(given), {
        name: "TypeError",
        message: `what was given as a Zoho CRM SDK has no ${lacks}; give the module of one of generation 6.0 or newer`,
      });
    }
  });

  test("does not mix with a token of another generation", async () => {
    const sdk7 = await import("@zohocrm/typescript-sdk-7.0");
    const store = new (sidecarTokenStoreFor(await import("@zohocrm/typescript-sdk-6.0")))({ address: "127.0.0.1:1" });

    await assert.rejects(store.findToken(oauthToken(sdk7, { id: "1" })), {
      code: "TOKEN_STORE",
      message: /^this OAuthToken belongs to another copy of the Zoho CRM SDK .* or to another generation: /,
    });
  });
});
