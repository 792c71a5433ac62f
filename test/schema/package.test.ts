import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { parse as parseVersion } from "semver";
import { REPOSITORY } from "../support/stack";
import { type Import, importsOf, sourceFiles } from "./imports";

const read = (file: string): string => readFileSync(path.join(REPOSITORY, file), "utf8");

const manifest = JSON.parse(read("package.json"));

describe("package.json and its lock", () => {
  it("pins every dependency exactly", () => {
    for (const [name, version] of Object.entries<string>({ ...manifest.dependencies, ...manifest.devDependencies })) {
      assert.equal(parseVersion(version)?.version, version, name);
    }
  });

  for (const lock of [
    "package-lock.json",
    "examples/node-server/package-lock.json",
    "examples/consumer/server/package-lock.json",
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

  it("lets Pulumi run index.ts, whatever npm consumers load", () => {
    assert.match(read("Pulumi.yaml"), /^main: index\.ts$/m);
    assert.equal(manifest.main, undefined);
  });
});

describe("the design's arrows", () => {
  it("keeps index.ts under 60 lines, and on the public surface", () => {
    assert.ok(read("index.ts").trimEnd().split("\n").length < 60);
    for (const { to } of importsOf(["index.ts"])) assert.match(to, /^pulumi-mcp-deploy(\/(config|targets\/process))?$/);
  });

  it("keeps components/ free of the program, the scripts and the tests", () => {
    assert.deepEqual(
      offending((_, to) => !to.startsWith("components/")),
      [],
    );
  });

  it("lets server/ load no other room", () => {
    // `components/pulumi.ts` is no room: it stands for the SDK.
    const outside = (from: string, to: string) =>
      room(from) === "server" && room(to) !== "server" && to !== "components/pulumi.ts";
    assert.deepEqual(offending(outside), []);
  });

  it("keeps the targets apart, and the rooms that serve them free of them", () => {
    const targets = ["process", "docker", "kubernetes"];
    const below = ["server", "image", "services", "monitoring", "logging", "check", "clients"];
    const against = (from: string, to: string) =>
      targets.includes(room(to)) && room(from) !== room(to) && [...targets, ...below].includes(room(from));
    assert.deepEqual(offending(against, { types: true }), []);
  });

  it("has no two modules that load each other", () => {
    assert.deepEqual(cycles(imports.filter(({ typeOnly }) => !typeOnly)), []);
  });
});

const imports = importsOf(sourceFiles("components"));

/** Imports between files of the repository that a rule forbids, as "from -> to". Types alone are no offence, unless asked for. */
function offending(rule: (from: string, to: string) => boolean, { types = false } = {}): string[] {
  return imports
    .filter(({ from, to, typeOnly }) => isFile(to) && (types || !typeOnly) && rule(from, to))
    .map(({ from, to }) => `${from} -> ${to}`);
}

/** The folder below components/ that a file is in; a file of components/ itself is its own room. */
const room = (file: string): string => file.split("/")[1] ?? "";

function published(): string[] {
  return [...sourceFiles("components"), ...sourceFiles("config"), ...sourceFiles("targets"), "config.ts"];
}

const isFile = (to: string): boolean => /\.(ts|json)$/.test(to) && !to.startsWith(`${manifest.name}/`);
const isBuiltIn = (to: string): boolean => to.startsWith("node:") || builtinModules.includes(to);
const packageName = (to: string): string => to.split("/", to.startsWith("@") ? 2 : 1).join("/");

/** The files of each cycle, found depth-first, once each. */
function cycles(edges: Import[]): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: string[]): void => {
    if (trail.includes(file)) found.push([...trail.slice(trail.indexOf(file)), file].join(" -> "));
    if (done.has(file) || trail.includes(file)) return;
    for (const { from, to } of edges) if (from === file) visit(to, [...trail, file]);
    done.add(file);
  };
  for (const { from } of edges) visit(from, []);
  return found;
}
