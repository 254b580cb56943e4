// Builds dist: the types of the wire from the .proto files, then the package itself.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

rmSync(here("dist"), { recursive: true, force: true });
mkdirSync(here("src/generated"), { recursive: true });
copyFileSync(here("../../LICENSE"), here("LICENSE"));

const root = new protobuf.Root();
root.loadSync([here("../../proto/src/main/protobuf/tokenstore/v1/token_store.proto"), here("proto/error_details.proto")]);
root.resolveAll();
// a module and no .json file, so that bundlers need no setting for it
writeFileSync(
  here("src/generated/descriptor.ts"),
  `export const DESCRIPTOR: object = ${JSON.stringify(root.toJSON(), null, 2)};\n`,
);

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
try {
  execFileSync(process.execPath, [tsc, "--project", here("tsconfig.json")], { stdio: "inherit" });
} catch (error) {
  process.exit(error.status ?? 1);
}
