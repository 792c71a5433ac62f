import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { REPOSITORY } from "../support/stack";
import { type Import, importsOf, sourceFiles } from "./imports";

/** What each folder may load, beside itself and packages; only types may come from elsewhere. */
const MAY_LOAD: Record<string, string[]> = {
  common: [],
  runtime: [],
  components: ["common", "runtime"],
  provider: ["common", "runtime"],
  config: ["common", "components"],
  // A target asks its cluster what it knows before anything is registered.
  targets: ["common", "components", "config", "provider"],
  cli: ["common", "components", "config", "provider", "runtime", "targets"],
};

/** Files that nobody writes by hand: lock files, the list of changes, the reference, schemas, pictures. */
const GENERATED =
  /^(CHANGELOG\.md|docs\/reference\/.*)$|(^|\/)(package-lock\.json|go\.sum|[^/]*\.svg|schema\.json|schemas\/[^/]*\.json)$/;

const imports = Object.keys(MAY_LOAD)
  .flatMap((folder) => importsOf(sourceFiles(folder)))
  .filter(({ to }) => /\.ts$/.test(to) && to.includes("/"));

describe("the house", () => {
  it("keeps index.ts under 60 lines, and on the public surface", () => {
    const lines = readFileSync(path.join(REPOSITORY, "index.ts"), "utf8").trimEnd().split("\n");
    assert.ok(lines.length < 60);
    for (const { to } of importsOf(["index.ts"])) assert.match(to, /^pulumi-mcp-deploy(\/(config|targets\/process))?$/);
  });

  it("lets each folder load what lies below it, and nothing else", () => {
    const forbidden = ({ from, to }: Import) => top(from) !== top(to) && !MAY_LOAD[top(from)]?.includes(top(to));
    assert.deepEqual(offending(forbidden), []);
  });

  it("lets components/server load no other room", () => {
    // `components/pulumi.ts` is no room: it stands for the SDK.
    const outside = ({ from, to }: Import) =>
      room(from) === "server" && room(to) !== "server" && top(to) === "components" && to !== "components/pulumi.ts";
    assert.deepEqual(offending(outside), []);
  });

  it("keeps the targets apart, and the rooms that serve them free of them", () => {
    const targets = ["process", "docker", "kubernetes"];
    const below = ["server", "image", "services", "monitoring", "logging", "check", "clients"];
    const against = ({ from, to }: Import) =>
      top(from) === "components" &&
      top(to) === "components" &&
      targets.includes(room(to)) &&
      room(from) !== room(to) &&
      [...targets, ...below].includes(room(from));
    assert.deepEqual(offending(against, { types: true }), []);
  });

  it("has no file above 400 lines", () => {
    const files = execFileSync("git", ["ls-files"], { cwd: REPOSITORY, encoding: "utf8" }).trim().split("\n");
    const long = files
      .filter((file) => !GENERATED.test(file) && existsSync(path.join(REPOSITORY, file)))
      .map((file) => ({ file, lines: readFileSync(path.join(REPOSITORY, file), "utf8").trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > 400);
    assert.deepEqual(long, []);
  });

  it("has no import circles, types included, tests and benchmarks too", () => {
    assert.deepEqual(cycles([...imports, ...importsOf([...sourceFiles("test"), ...sourceFiles("bench")])]), []);
  });
});

/** Imports that a rule forbids, as "from -> to". Types alone are no offence, unless asked for. */
function offending(rule: (edge: Import) => boolean, { types = false } = {}): string[] {
  return imports.filter((edge) => (types || !edge.typeOnly) && rule(edge)).map(({ from, to }) => `${from} -> ${to}`);
}

const top = (file: string): string => file.split("/")[0] ?? "";

/** The folder below components/ that a file is in; a file of components/ itself is its own room. */
const room = (file: string): string => file.split("/")[1] ?? "";

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
