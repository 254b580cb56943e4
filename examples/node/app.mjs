// Prints the users of the CRM. The token store at TOKENSTORE_ADDRESS keeps the tokens: a second start requests none.
import { tmpdir } from "node:os";
import {
  DataCenter,
  InitializeBuilder,
  OAuthBuilder,
  ParameterMap,
  SDKException,
  USDataCenter,
  Users,
} from "@zohocrm/nodejs-sdk-8.0";
import { TokenStoreError } from "oauth-token-store";
import { SidecarTokenStore } from "oauth-token-store/zoho-node";

const store = new SidecarTokenStore();

try {
  await initialize();
  for (const user of await inSession(users)) {
    console.log(user.getEmail());
  }
} catch (error) {
  if (!(error instanceof SDKException)) {
    throw error;
  }
  console.error(String(error));
  process.exitCode = 1;
}

async function initialize() {
  const apiDomain = process.env.ZOHO_API_DOMAIN;
  const environment = apiDomain
    ? DataCenter.setEnvironment(apiDomain, setting("ZOHO_ACCOUNTS_URL"), apiDomain)
    : USDataCenter.PRODUCTION();
  const token = new OAuthBuilder()
    .clientId(setting("ZOHO_CLIENT_ID"))
    .clientSecret(setting("ZOHO_CLIENT_SECRET"))
    .refreshToken(setting("ZOHO_REFRESH_TOKEN"))
    .build();
  const builder = await new InitializeBuilder();
  await builder.environment(environment).token(token).store(store).resourcePath(tmpdir()).initialize();
}

/** Makes a call; if the token's session ended, initializes the SDK again and repeats the call. */
async function inSession(call) {
  try {
    return await call();
  } catch (error) {
    if (!TokenStoreError.isTokenGone(error)) {
      throw error;
    }
    await initialize();
    return call();
  }
}

async function users() {
  const response = await new Users.UsersOperations().getUsers(new ParameterMap());
  const answer = response.getObject();
  if (!(answer instanceof Users.ResponseWrapper)) {
    throw new SDKException("CRM", `the CRM answered with status ${response.getStatusCode()}`);
  }
  return answer.getUsers();
}

function setting(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`${name} is not set; README.md lists the settings.`);
    process.exit(2);
  }
  return value;
}
