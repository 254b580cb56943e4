// What the tests ask of the testbed: stores, sidecars and vendors of their own.

const HOW =
  "TESTBED_URL is not set: in the repository's root run `java -jar clients/testbed/target/testbed.jar` " +
  "(clients/testbed/README.md says how to build it) and set TESTBED_URL to what it prints.";

async function ask(method, path, body) {
  const url = process.env.TESTBED_URL;
  if (!url) {
    throw new Error(HOW);
  }
  const response = await fetch(url + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  const answer = JSON.parse((await response.text()) || "{}");
  if (!response.ok) {
    throw new Error(`the testbed refused ${method} ${path}: ${answer.error}`);
  }
  return answer;
}

/** A sidecar on a store of its own. */
export async function newSidecar(spec = {}, { readOnly = false } = {}) {
  const { store } = await ask("POST", "/stores", { spec, readOnly });
  return sidecarOn(store);
}

/** One more sidecar on the same store. */
export async function sidecarOn(store) {
  const { id, address, socket } = await ask("POST", "/sidecars", { store });
  return {
    store,
    address,
    socket,
    kill: () => ask("POST", `/sidecars/${id}/kill`),
    start: () => ask("POST", `/sidecars/${id}/start`),
    remove: () => ask("DELETE", `/sidecars/${id}`),
  };
}

/** A vendor that nobody has asked for anything yet. */
export async function newVendor() {
  const { id, accountsUrl, apiDomain } = await ask("POST", "/vendors", {});
  return {
    accountsUrl,
    apiDomain,
    newGrant: async (user) => (await ask("POST", `/vendors/${id}/grants`, user ? { user } : {})).grant,
    newRefreshToken: async (user) =>
      (await ask("POST", `/vendors/${id}/refresh-tokens`, user ? { user } : {})).refreshToken,
    behave: (behaviour) => ask("PUT", `/vendors/${id}/behaviour`, behaviour),
    expireAccessTokens: () => ask("POST", `/vendors/${id}/expire`, {}),
    record: () => ask("GET", `/vendors/${id}`),
    /** How it answered so far: `issued`, or the error. */
    outcomes: async () => (await ask("GET", `/vendors/${id}`)).tokenRequests.map(({ outcome }) => outcome),
    /** How it was asked for tokens so far: `refresh_token`, `authorization_code`. */
    tokenRequests: async () => (await ask("GET", `/vendors/${id}`)).tokenRequests.map(({ grantType }) => grantType),
  };
}
