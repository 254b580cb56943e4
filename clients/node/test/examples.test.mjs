// The apps in examples, installed and started as their READMEs say.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { newSidecar, newVendor } from "./testbed.mjs";

for (const [name, steps] of [
  ["node", [["install"]]],
  ["typescript", [["install"], ["run", "build"]]],
]) {
  describe(`the example ${name}`, () => {
    const cwd = fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
    let sidecar, vendor, settings;

    before(async () => {
      sidecar = await newSidecar();
      vendor = await newVendor();
      settings = {
        TOKENSTORE_ADDRESS: sidecar.socket,
        ZOHO_CLIENT_ID: "C1",
        ZOHO_CLIENT_SECRET: "fixture-secret-client",
        ZOHO_REFRESH_TOKEN: await vendor.newRefreshToken("alice"),
        ZOHO_API_DOMAIN: vendor.apiDomain,
        ZOHO_ACCOUNTS_URL: vendor.accountsUrl,
      };
      for (const step of steps) {
        const { status, stdout, stderr } = npm([...step, "--prefer-offline", "--no-audit", "--no-fund"]);
        assert.equal(status, 0, stdout + stderr);
      }
    });

    after(() => sidecar?.remove());

    function npm(args, environment = {}) {
      return spawnSync("npm", args, { cwd, encoding: "utf8", env: { ...process.env, ...environment } });
    }

    const start = (changes = {}) => npm(["--silent", "start"], { ...settings, ...changes });

    test("prints who is in the CRM; the second start asks for no token", async () => {
      for (const attempt of [1, 2]) {
        const { status, stdout, stderr } = start();
        assert.equal(stdout, "alice@example.com\n", `start ${attempt}: ${stderr}`);
        assert.equal(status, 0);
      }
      assert.deepEqual(await vendor.tokenRequests(), ["refresh_token"]);
    });

    test("says in one sentence what is missing, and what failed", () => {
      const missing = start({ ZOHO_CLIENT_ID: "" });
      assert.equal(missing.stderr, "ZOHO_CLIENT_ID is not set; README.md lists the settings.\n");
      assert.equal(missing.status, 2);

      const failed = start({ TOKENSTORE_ADDRESS: "127.0.0.1:1" });
      assert.match(failed.stderr, /^Caused By : TOKEN_STORE - no token store sidecar can be reached at 127\.0\.0\.1:1 .*\n$/);
      assert.equal(failed.status, 1);
    });
  });
}
