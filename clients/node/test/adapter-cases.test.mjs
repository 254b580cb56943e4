// The table of cases that the adapters of all languages follow, for all SDKs, on a store in a cluster.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { inspect } from "node:util";
import { TokenStoreClient, TokenStoreError } from "oauth-token-store";
import { OTHER_SDKS, SDKS, fieldsOf, load, oauthToken, valueOf } from "./sdks.mjs";
import { newSidecar } from "./testbed.mjs";

const TABLE = JSON.parse(readFileSync(new URL("../../adapter-cases.json", import.meta.url), "utf8"));
const METHODS = {
  find_token: "findToken",
  find_token_by_id: "findTokenById",
  save_token: "saveToken",
  delete_token: "deleteToken",
  get_tokens: "getTokens",
  delete_tokens: "deleteTokens",
};

for (const name of [...SDKS, ...OTHER_SDKS]) {
  describe(`the table of cases with ${name}`, () => {
    let sidecar, sdk, store, client;

    before(async () => {
      sidecar = await newSidecar();
      const loaded = await load(name);
      sdk = loaded.sdk;
      client = new TokenStoreClient({ address: sidecar.address });
      store = new loaded.SidecarTokenStore(client);
    });

    after(async () => {
      client?.close();
      await sidecar?.remove();
    });

    for (const case_ of TABLE.cases) {
      test(case_.name, async () => {
        await client.deleteTokens();
        const ids = new Ids();
        for (const row of case_.given) {
          ids.set(`$${row}`, (await client.saveToken(camelCased(TABLE.rows[row]))).id);
        }

        for (const step of case_.steps ?? [case_]) {
          await play(step, ids);
        }
      });
    }

    async function play(step, ids) {
      const argument =
        step.token === "other"
          ? Object.create(sdk.Token?.Token?.prototype ?? null)
          : step.token !== undefined
            ? oauthToken(sdk, ids.resolve(step.token))
            : ids.resolve({ id: step.id }).id;

      const promise = store[METHODS[step.call]](argument);
      assert.ok(promise instanceof Promise);
      const outcome = await promise.then(
        (value) => ({ value }),
        (error) => ({ error }),
      );

      if (typeof step.returns === "object") {
        assert.ok(outcome.error instanceof sdk.SDKException, `an SDKException, not ${inspect(outcome)}`);
        assert.equal(outcome.error.code, step.returns.error);
        assert.ok(outcome.error.message.includes(step.returns.mentions), outcome.error.message);
        assert.equal(TokenStoreError.behind(outcome.error)?.reason ?? null, step.returns.reason);
        assert.equal(TokenStoreError.isTokenGone(outcome.error), step.returns.gone);
        const printed = `${outcome.error} ${inspect(outcome.error, { depth: null })} ${JSON.stringify(outcome.error)}`;
        assert.doesNotMatch(printed, /fixture-secret/);
      } else {
        assert.equal(outcome.error, undefined);
        checkReturned(outcome.value, argument, step, ids);
      }
      if (step.token_after !== undefined) {
        const expected = ids.expect(step.token_after, argument.getId());
        // "" in the table is "" on the object; what the table does not name is null or ""
        const empty = Object.entries(expected).filter(([, value]) => value === "");
        assert.deepEqual({ ...Object.fromEntries(empty), ...fieldsOf(argument) }, expected);
        for (const [field] of empty) {
          assert.equal(valueOf(argument, field), "");
        }
      }
      if (step.store_after !== undefined) {
        const rows = [];
        for await (const { version, expireTime, createTime, updateTime, ...row } of client.getTokens()) {
          rows.push(row);
        }
        checkRows(rows, step.store_after.map(camelCased), ids);
      }
    }

    function checkReturned(value, argument, step, ids) {
      switch (step.returns) {
        case "same":
          assert.equal(value, argument);
          break;
        case "none":
          assert.equal(value, null);
          break;
        case "nothing":
          assert.equal(value, undefined);
          break;
        case "row":
          assert.ok(value instanceof sdk.OAuthToken);
          assert.equal(value.findUser, true);
          assert.deepEqual(fieldsOf(value), ids.expect(step.row, value.getId()));
          break;
        case "rows":
          assert.ok(Array.isArray(value) && value.every((token) => token instanceof sdk.OAuthToken));
          checkRows(value.map(fieldsOf), step.rows, ids);
          break;
        default:
          assert.fail(`the table asks for ${step.returns}, which this test does not know`);
      }
    }
  });
}

/** Compares rows as a set; ids that are not known yet are taken from the row with the same other fields. */
function checkRows(rows, expected, ids) {
  const unknown = expected.map((row) => {
    const { id: wanted, ...rest } = row;
    const same = rows.filter(({ id, ...others }) => inspect(sorted(others)) === inspect(sorted(rest)));
    return same.length === 1 ? ids.expect(row, same[0].id) : ids.resolve(row);
  });
  const order = (list) => list.map(sorted).sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
  assert.deepEqual(order(rows), order(unknown));
}

/** The ids that stand behind names such as `$A`. */
class Ids {
  #known = new Map();

  set(name, id) {
    this.#known.set(name, id);
  }

  /** The fields with the id that the name stands for. */
  resolve(fields) {
    if (typeof fields.id !== "string" || !fields.id.startsWith("$")) {
      return fields;
    }
    assert.ok(this.#known.has(fields.id), `the id ${fields.id} is not known yet`);
    return { ...fields, id: this.#known.get(fields.id) };
  }

  /** The same; a name that is not known yet stands for the id that was met from now on. */
  expect(fields, met) {
    if (typeof fields.id === "string" && fields.id.startsWith("$") && !this.#known.has(fields.id)) {
      assert.ok(typeof met === "string" && met !== "", `there is an id for ${fields.id}`);
      assert.ok(![...this.#known.values()].includes(met), `${fields.id} is an id of its own`);
      this.#known.set(fields.id, met);
    }
    return this.resolve(fields);
  }
}

function camelCased(row) {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()), value]),
  );
}

function sorted(row) {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}
