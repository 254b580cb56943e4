// An app in a process of its own: does with one SDK what the test that started it asks for, and answers.
// Started as `node app.mjs SDK`, with TOKENSTORE_ADDRESS in its environment.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TokenStoreError } from "oauth-token-store";
import { fieldsOf, load } from "./sdks.mjs";

const name = process.argv[2];
const { sdk, SidecarTokenStore } = await load(name);
let environment;

/** The store as apps use it; the test hears of each token that was read by its id. */
class ObservedTokenStore extends SidecarTokenStore {
  async findTokenById(id) {
    const token = await super.findTokenById(id);
    process.send({ event: "read by id" });
    return token;
  }
}

const ACTIONS = {
  async initialize({ vendor, token, ...options }) {
    environment = sdk.DataCenter.setEnvironment(vendor.apiDomain, vendor.accountsUrl, vendor.apiDomain);
    const builder = await new sdk.InitializeBuilder();
    await builder
      .environment(environment)
      .token(built(token))
      .store(new ObservedTokenStore({}, options))
      .resourcePath(mkdtempSync(join(tmpdir(), "tokenstore-app-")))
      .initialize();
  },

  /** One cheap call; answers whom the vendor took it from. */
  async call() {
    const response = await new sdk.Users.UsersOperations().getUsers(new sdk.ParameterMap());
    return { status: response.getStatusCode(), user: response.getObject()?.getUsers?.()[0].getEmail() };
  },

  /** The same call several times, all at once. */
  async callInParallel({ number }) {
    return Promise.all(Array.from({ length: number }, () => ACTIONS.call()));
  },

  async switchUser({ token }) {
    const builder = await new sdk.InitializeBuilder();
    await builder.environment(environment).token(built(token)).switchUser();
  },

  async token() {
    return fieldsOf((await sdk.Initializer.getInitializer()).getToken());
  },

  async remove() {
    return (await sdk.Initializer.getInitializer()).getToken().remove();
  },
};

function built(fields) {
  const builder = new sdk.OAuthBuilder();
  for (const [setter, value] of Object.entries(fields)) {
    builder[setter](setter === "userSignature" ? new sdk.UserSignature(value) : value);
  }
  return builder.build();
}

process.on("message", async ({ action, ...input }) => {
  try {
    process.send({ value: await ACTIONS[action](input) });
  } catch (error) {
    console.error(error);
    process.send({
      error: {
        type: error.constructor.name,
        code: error.code,
        text: String(error),
        reason: TokenStoreError.behind(error)?.reason,
        status: TokenStoreError.behind(error)?.status,
      },
    });
  }
});
process.send({ value: "ready" });
