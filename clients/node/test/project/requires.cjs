const { TokenStoreClient, TokenStoreError } = require("oauth-token-store");

new TokenStoreClient({ address: "127.0.0.1:1" }).findToken({ userSignature: "alice" }).catch((error) => {
  console.log(error instanceof TokenStoreError && error.message.slice(0, 22));
  console.log(Object.keys(require.cache).some((file) => file.includes("@zohocrm")) ? "an SDK was loaded" : "no SDK was loaded");
});
