// The package as users get it: packed, installed into an empty project with the SDKs, imported, required and compiled.
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
    const versions = Object.entries(OWN.devDependencies)
      .filter(([name]) => /^@(zohocrm|types)/.test(name))
      .map(([name, version]) => `${name}@${version}`);
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

  const compile = (module, resolution, options, files) =>
    run(process.execPath, [
      ...[TSC, "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--types", "node"],
      ...["--module", module, ...(resolution === undefined ? [] : ["--moduleResolution", resolution]), ...options, ...files],
    ]);

  for (const [module, resolution, kinds] of [
    ["commonjs", undefined, ["ts"]],
    ["node16", "node16", ["mts", "cts"]],
    ["nodenext", "nodenext", ["mts", "cts"]],
    ["esnext", "bundler", ["mts"]],
  ]) {
    const name = `module ${module}, moduleResolution ${resolution ?? "left out: node10"}`;

    // the declarations of the package itself are checked too
    test(`compiles in strict TypeScript, ${name}`, () => {
      for (const kind of kinds) {
        // without a file ending of their own, modules are what package.json says: here CommonJS
        const files = kind === "ts" ? ["types.cts", "types.mts"].map((file) => copyAsTs(file)) : [`types.${kind}`];
        compile(module, resolution, ["--noEmit"], files);
      }
    });

    test(`compiles with the TypeScript SDKs, and runs, ${name}`, () => {
      for (const kind of kinds) {
        const file = kind === "ts" ? copyAsTs("types-with-sdk.cts") : `types-with-sdk.${kind}`;
        // the SDKs' own declarations do not compile with a library that knows Error.cause
        compile(module, resolution, ["--skipLibCheck", "--outDir", "out"], [file]);
        const compiled = join("out", file.replace(/ts$/, "js"));

        const output = run("node", [compiled]);

        assert.equal(output, "Caused By : TOKEN_STORE - no token store sidecar\n".repeat(2));
      }
    });
  }

  function copyAsTs(file) {
    const copy = file.replace(/\.(.)ts$/, "-$1.ts");
    cpSync(join(project, file), join(project, copy));
    return copy;
  }
});
