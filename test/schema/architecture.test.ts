import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { REPOSITORY } from "../support/stack";
import { type Import, importsOf, sourceFiles } from "./imports";

/** Files that nobody writes by hand: lock files, the list of changes, the reference, schemas, pictures, recorded states. */
const GENERATED =
  /^(CHANGELOG\.md|docs\/reference\/.*)$|(^|\/)(package-lock\.json|go\.sum|[^/]*\.svg|(config\.)?schema\.json|schemas\/[^/]*\.json|fixtures\/states\/[^/]*\.json)$/;

const tracked = execFileSync("git", ["ls-files"], { cwd: REPOSITORY, encoding: "utf8" })
  .trim()
  .split("\n")
  .filter((file) => existsSync(path.join(REPOSITORY, file)));

/** The folders of the product: all that hold TypeScript, but for what is no part of it. */
const folders = [...new Set(tracked.filter((file) => /\/.*\.ts$/.test(file)).map(top))].filter(
  (folder) => !["test", "bench", "examples"].includes(folder),
);

/** The package's own name, as its program and its provider load it. */
const ITSELF: [RegExp, string][] = [
  [/^pulumi-mcp-deploy$/, "components/index.ts"],
  [/^pulumi-mcp-deploy\/(config|targets\/\w*)$/, "$1/index.ts"],
];

const imports = importsOf(["index.ts", ...folders.flatMap(sourceFiles)])
  .map((edge) => ({ ...edge, to: ITSELF.reduce((to, [name, file]) => to.replace(name, file), edge.to) }))
  .filter(({ to }) => /\/.*\.ts$/.test(to));

describe("the house", () => {
  it("keeps index.ts under 60 lines, and on the public surface", () => {
    const lines = readFileSync(path.join(REPOSITORY, "index.ts"), "utf8").trimEnd().split("\n");
    assert.ok(lines.length < 60);
    for (const { to } of importsOf(["index.ts"]))
      assert.match(to, /^(node:\w+|pulumi-mcp-deploy(\/(config|targets\/))?)$/);
  });

  it("is as docs/architecture.md draws it", () => {
    const [whole, inside] = pictures();
    assert.deepEqual(
      whole,
      arrows((file) => top(file).replace(/\.ts$/, "")),
    );
    assert.deepEqual(
      inside,
      // A file of components/ itself is no room: it is what all of them share.
      arrows((file) => /^components\/(\w+)\//.exec(file)?.[1]),
    );
  });

  it("is as the maps of CONTRIBUTING.md and docs/architecture.md name it", () => {
    for (const file of ["CONTRIBUTING.md", "docs/architecture.md"]) {
      const [...named] = readFileSync(path.join(REPOSITORY, file), "utf8").matchAll(/`([a-z]\w*(?:\/[\w.]+)+)`/gi);
      const missing = named.flatMap(([, place = ""]) => (existsSync(path.join(REPOSITORY, place)) ? [] : [place]));
      assert.deepEqual([file, missing], [file, []]);
    }
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
    assert.deepEqual(offending(against), []);
  });

  it("has no file above 400 lines", () => {
    const long = tracked
      .filter((file) => !GENERATED.test(file))
      .map((file) => ({ file, lines: readFileSync(path.join(REPOSITORY, file), "utf8").trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > 400);
    assert.deepEqual(long, []);
  });

  it("has no import circles, types included, tests and benchmarks too", () => {
    assert.deepEqual(cycles([...imports, ...importsOf([...sourceFiles("test"), ...sourceFiles("bench")])]), []);
  });
});

/** Imports that a rule forbids, of types alone too, as "from -> to". */
const offending = (rule: (edge: Import) => boolean): string[] =>
  imports.filter(rule).map(({ from, to }) => `${from} -> ${to}`);

/** The arrows of each picture in docs/architecture.md, sorted. */
function pictures(): string[][] {
  const page = readFileSync(path.join(REPOSITORY, "docs/architecture.md"), "utf8");
  return [...page.matchAll(/```mermaid\n(.*?)```/gs)].map(([, picture = ""]) =>
    [...picture.matchAll(/^ *(\w+)(?:\[.*?\])? (-->|-\.->) (.+)$/gm)]
      .flatMap(([, from, arrow, to = ""]) => to.split(" & ").map((place) => `${from} ${arrow} ${place}`))
      .sort(),
  );
}

/** The arrows between the places that files are in, as a picture has them: dotted where only types are imported. */
function arrows(placeOf: (file: string) => string | undefined): string[] {
  const drawn = new Map<string, boolean>();
  for (const { from: file, to: target, typeOnly } of imports) {
    const [from, to] = [placeOf(file), placeOf(target)];
    if (from === undefined || to === undefined || from === to) continue;
    drawn.set(`${from} ? ${to}`, (drawn.get(`${from} ? ${to}`) ?? true) && typeOnly);
  }
  return [...drawn].map(([arrow, typeOnly]) => arrow.replace("?", typeOnly ? "-.->" : "-->")).sort();
}

function top(file: string): string {
  return file.split("/")[0] ?? "";
}

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
