// The package as users get it: packed, installed into an empty project with both SDKs, imported, required and compiled.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const TSC = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const OWN = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));

describe("the packed package", () => {
  const project = mkdtempSync(join(tmpdir(), "tokenstore-project-"));
  let files;

  before(() => {
    const [packed] = JSON.parse(
      run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], HERE),
    );
    files = packed.files.map(({ path }) => path);
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "project", private: true }));
    const versions = ["@zohocrm/nodejs-sdk-8.0", "@zohocrm/typescript-sdk-8.0", "@types/node"].map(
      (name) => `${name}@${OWN.devDependencies[name]}`,
    );
    run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", join(project, packed.filename), ...versions]);
    cpSync(join(HERE, "test", "project"), project, { recursive: true });
  });

  after(() => rmSync(project, { recursive: true, force: true }));

  function run(command, args, cwd = project) {
    try {
      return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      assert.fail(`${command} ${args.join(" ")} failed:\n${error.stdout}${error.stderr}`);
    }
  }

  test("holds what was built, its README and its licence, and nothing else", () => {
    assert.ok(files.includes("README.md") && files.includes("LICENSE"), files.join(" "));
    const others = files.filter((file) => !/^(dist\/.*\.(m?js|d\.m?ts)|README\.md|LICENSE|package\.json)$/.test(file));
    assert.deepEqual(others, []);
  });

  test("can be imported", () => {
    assert.equal(run("node", ["imports.mjs"]), "no token store sidecar\nthe same classes\n");
  });

  test("can be required", () => {
    assert.equal(run("node", ["requires.cjs"]), "no token store sidecar\nno SDK was loaded\n");
  });

  for (const [module, resolution, kinds] of [
    ["node16", "node16", ["mts", "cts"]],
    ["esnext", "bundler", ["mts"]],
  ]) {
    const compile = (name, ...options) =>
      run(process.execPath, [
        ...[TSC, "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--types", "node"],
        ...["--module", module, "--moduleResolution", resolution, ...options],
        ...kinds.map((kind) => `${name}.${kind}`),
      ]);

    test(`compiles in strict TypeScript, moduleResolution ${resolution}`, () => {
      compile("types");
    });

    test(`compiles with the TypeScript SDK, moduleResolution ${resolution}`, () => {
      // the SDK's own declarations do not compile with a library that knows Error.cause
      compile("types-with-sdk", "--skipLibCheck");
    });
  }
});
