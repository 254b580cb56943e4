// Coordinated refresh with the real SDKs: processes that share a token, over two sidecars, against a fake vendor.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { TokenStoreClient } from "oauth-token-store";
import { App, CLIENT } from "./app-process.mjs";
import { OTHER_SDKS, SDKS } from "./sdks.mjs";
import { newSidecar, newVendor, sidecarOn } from "./testbed.mjs";

/** How long a claim lasts. */
const CLAIM_MILLIS = 5000;

/** Processes that share one token. */
class Fleet {
  #sdk;
  #sidecars = [];
  #clients = [];
  apps = [];
  vendor;

  constructor(sdk) {
    this.#sdk = sdk;
  }

  async open() {
    const first = await newSidecar();
    this.#sidecars = [first, await sidecarOn(first.store)];
    this.#clients = this.#sidecars.map(({ address }) => new TokenStoreClient({ address }));
  }

  async reset() {
    await this.#clients[0].deleteTokens();
    this.vendor = await newVendor();
  }

  /** Starts processes that know the token; then nothing is asked for until it is due. */
  async start(number, options = {}) {
    this.apps = Array.from({ length: number }, (_, i) => new App(this.#sdk, this.#sidecars[i % 2].address));
    await Promise.all(this.apps.map((app) => app.ready));
    const { vendor } = this;
    const [first, ...others] = this.apps;
    const refreshToken = await vendor.newRefreshToken();
    await first.do("initialize", { vendor, token: { ...CLIENT, refreshToken }, ...options });
    const { id } = await this.row();
    await Promise.all(others.map((app) => app.do("initialize", { vendor, token: { id }, ...options })));
    assert.equal(await this.refreshes(), 0);
    await vendor.behave({ delayMillis: 300 });
  }

  async row() {
    const rows = [];
    for await (const row of this.#clients[0].getTokens()) {
      rows.push(row);
    }
    assert.equal(rows.length, 1);
    return rows[0];
  }

  /** The access token ends for the store, the SDKs and the vendor. */
  async expire() {
    const { id } = await this.row();
    const past = String(Date.now() - 1000);
    await this.#clients[0].saveToken({ id, expiresIn: past });
    for (const client of this.#clients) {
      await until(async () => (await client.findTokenById(id)).expiresIn === past);
    }
    await this.vendor.expireAccessTokens();
  }

  /** One call of each process, all at once. */
  async callAll() {
    return (await Promise.all(this.apps.map((app) => app.do("call")))).map(({ status }) => status);
  }

  /** Token requests after the first one. */
  async refreshes() {
    return (await this.vendor.tokenRequests()).length - 1;
  }

  async endApps() {
    await Promise.all(this.apps.map((app) => app.end()));
    for (const app of this.apps.splice(0)) {
      assert.doesNotMatch(app.output, /fixture-secret/, "no app printed a secret");
    }
  }

  async close() {
    for (const client of this.#clients) {
      client.close();
    }
    await Promise.all(this.#sidecars.map((sidecar) => sidecar.remove()));
  }
}

async function until(condition) {
  const end = Date.now() + 30_000;
  while (!(await condition())) {
    assert.ok(Date.now() < end, "it did not happen within 30 seconds");
    await sleep(50);
  }
}

for (const name of SDKS) {
  describe(`processes with ${name} that share a token`, () => {
    const fleet = new Fleet(name);
    useFleet(fleet);

    test("of eight, over two sidecars, one refreshes", async () => {
      await fleet.start(8);
      await fleet.expire();

      assert.deepEqual(await fleet.callAll(), Array(8).fill(200));

      assert.equal(await fleet.refreshes(), 1);
      const { expiresIn } = await fleet.row();
      assert.ok(Number(expiresIn) > Date.now() + 1_800_000, expiresIn);
    });

    test("each of four refreshes, without coordination", async () => {
      await fleet.start(4, { coordinateRefresh: false });
      await fleet.expire();

      assert.deepEqual(await fleet.callAll(), Array(4).fill(200));

      assert.equal(await fleet.refreshes(), 4);
    });

    test("of five calls of one process at once one refreshes", async () => {
      await fleet.start(1);

      for (const refreshes of [1, 2]) {
        await fleet.expire();
        const answers = await fleet.apps[0].do("callInParallel", { number: 5 });
        assert.deepEqual(answers.map(({ status }) => status), Array(5).fill(200));
        assert.equal(await fleet.refreshes(), refreshes);
      }
    });

    test("one that was refused is told to refresh by its next call, without a wait for its own claim to lapse", async () => {
      await fleet.start(1);
      await fleet.expire();
      await fleet.vendor.behave({ refuse: "invalid_code" });
      const error = await fleet.apps[0].fails("call");
      assert.match(error.text, /invalid_code/);
      await fleet.vendor.behave({ refuse: null });
      const begin = Date.now();

      assert.deepEqual(await fleet.callAll(), [200]);

      assert.ok(Date.now() - begin < CLAIM_MILLIS / 2, `${Date.now() - begin} ms`);
      assert.deepEqual(await fleet.vendor.outcomes(), ["issued", "invalid_code", "issued"]);
    });

    test("one that is killed while it refreshes is succeeded at once", async () => {
      await fleet.start(4);
      await fleet.expire();
      await fleet.vendor.behave({ delayMillis: 60_000 });
      const dying = fleet.apps.shift();
      const lost = assert.rejects(dying.do("call"), /the app ended/);
      await until(async () => (await fleet.refreshes()) === 1);
      await fleet.vendor.behave({ delayMillis: 300 });
      const begin = Date.now();
      const calls = fleet.callAll();
      await sleep(1000);
      await dying.end();

      assert.deepEqual(await calls, Array(3).fill(200));

      assert.ok(Date.now() - begin < CLAIM_MILLIS, `${Date.now() - begin} ms`);
      assert.equal(await fleet.refreshes(), 2);
      await lost;
    });
  });
}

for (const name of OTHER_SDKS) {
  describe(`processes with ${name} that share a token`, () => {
    const fleet = new Fleet(name);
    useFleet(fleet);

    test("of four, over two sidecars, one refreshes", async () => {
      await fleet.start(4);
      await fleet.expire();

      assert.deepEqual(await fleet.callAll(), Array(4).fill(200));

      assert.equal(await fleet.refreshes(), 1);
    });
  });
}

/** Gives a fleet its sidecars for all tests of a suite, and a vendor and an empty store for each. */
function useFleet(fleet) {
  before(() => fleet.open());
  beforeEach(() => fleet.reset());
  afterEach(() => fleet.endApps());
  after(() => fleet.close());
}
