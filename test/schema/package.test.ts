import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { parse as parseVersion } from "semver";
import { parse } from "yaml";
import { OLDEST_ENGINE } from "../../cli/engine";
import { REPOSITORY } from "../support/stack";
import { importsOf, sourceFiles } from "./imports";

const read = (file: string): string => readFileSync(path.join(REPOSITORY, file), "utf8");

const manifest = JSON.parse(read("package.json"));

describe("package.json and its lock", () => {
  it("pins every dependency exactly, but for Pulumi's SDKs, of which a project has one copy: its own", () => {
    for (const [name, version] of Object.entries<string>({ ...manifest.dependencies, ...manifest.devDependencies })) {
      const stated = name.startsWith("@pulumi/") ? version.replace(/^\^/, "") : version;
      assert.equal(parseVersion(stated)?.version, stated, name);
    }
  });

  it("accepts the same engines as the command line", () => {
    const [next] = /\d+/.exec(OLDEST_ENGINE) ?? [];
    const range = `>=${OLDEST_ENGINE} <${Number(next) + 1}.0.0`;
    for (const file of ["Pulumi.yaml", "PulumiPlugin.yaml"]) {
      assert.equal(parse(read(file)).requiredPulumiVersion, range, file);
    }
  });

  for (const lock of [
    "package-lock.json",
    "examples/node-server/package-lock.json",
    "examples/greeter/package-lock.json",
  ]) {
    it(`${lock} holds every package with its hash, and names no registry`, () => {
      const text = read(lock);
      assert.doesNotMatch(text, /"resolved"|registry\.|\.tgz/);
      const { packages } = JSON.parse(text) as { packages: Record<string, { version: string; integrity?: string }> };
      const { "": own, ...others } = packages;
      assert.deepEqual(
        Object.keys(others).filter((name) => !/^sha512-/.test(others[name]?.integrity ?? "")),
        [],
      );
      const { dependencies, devDependencies } = JSON.parse(read(path.join(path.dirname(lock), "package.json")));
      const { dependencies: locked, devDependencies: lockedDev } = own as typeof manifest;
      assert.deepEqual([locked, lockedDev], [dependencies, devDependencies], "run npm install --package-lock-only");
    });
  }

  it("declares every package that the published files load", () => {
    const loaded = importsOf(published())
      .filter(({ to, typeOnly }) => !typeOnly && !isFile(to) && !isBuiltIn(to))
      .map(({ to }) => packageName(to));
    const undeclared = [...new Set(loaded)].filter((name) => !manifest.dependencies[name] && name !== manifest.name);
    assert.deepEqual(undeclared, []);
  });

  it("lets Pulumi run index.ts as a program, and the provider as a plugin, whatever npm consumers load", () => {
    assert.match(read("Pulumi.yaml"), /^main: index\.ts$/m);
    assert.equal(manifest.main, "dist/provider/main.js");
  });
});

function published(): string[] {
  return ["cli", "common", "components", "config", "provider", "runtime", "targets"].flatMap(sourceFiles);
}

const isFile = (to: string): boolean => /\.(ts|json)$/.test(to) && !to.startsWith(`${manifest.name}/`);
const isBuiltIn = (to: string): boolean => to.startsWith("node:") || builtinModules.includes(to);
const packageName = (to: string): string => to.split("/", to.startsWith("@") ? 2 : 1).join("/");
