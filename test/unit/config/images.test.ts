import assert from "node:assert/strict";
import path from "node:path";
import { makeFolder } from "../../support/folder";
import { forget, load, NODE_SERVER, problemsOf } from "./support";

const stack = (servers: object[], config: object = {}) => ({ target: "docker", servers, ...config });
/** Paths and messages of what is wrong with a stack of these servers. */
const problems = (...args: Parameters<typeof stack>): string[][] =>
  problemsOf(stack(...args)).map(({ path, message }) => [path, message]);

const MOVES = "node:latest has no version and may be another image tomorrow";

describe("image settings in the stack config", () => {
  let source: string;
  const server = (name: string, more: object = {}) => ({ name, source, transport: "http", ...more });

  before(() => {
    source = makeFolder(NODE_SERVER);
  });
  after(forget);

  it("are named with the server's path, all of them at once", () => {
    const servers = [
      server("one", { port: 9000 }),
      server("two", { port: 9001, image: { base: "node:latest", systemPackages: ["--force"] } }),
      server("three", { port: 9002, image: { dockerfile: "none/Dockerfile" } }),
    ];
    assert.deepEqual(problems(servers), [
      ["mcp:servers[1].image.systemPackages", "this is no name of a package"],
      ["mcp:servers[1].image.base", MOVES],
      ["mcp:servers[2].image.dockerfile", "there is no such file in the server's folder"],
    ]);
  });

  it("of all servers are named once, where they stand", () => {
    const servers = [server("one", { port: 9000 }), server("two", { port: 9001 })];
    assert.deepEqual(problems(servers, { image: { base: "node:latest" } }), [["mcp:image.base", MOVES]]);
  });

  it("of a server win, and are named in their place", () => {
    const servers = [server("one", { image: { base: "node:latest" } })];
    assert.deepEqual(problems(servers, { image: { base: "node:22-slim", pinning: "refuse" } }), [
      ["mcp:servers[0].image.base", MOVES],
    ]);
    load(stack([server("one", { image: { base: "node:22" } })], { image: { base: "node:latest" } }));
  });

  it("lead to the line of a Dockerfile", () => {
    const own = makeFolder({ ...NODE_SERVER, Dockerfile: "# Mine\nFROM node:latest\nUSER 1\n" });
    assert.deepEqual(problems([{ ...server("one"), source: own }]), [[path.join(own, "Dockerfile:2"), MOVES]]);
  });

  it("are not asked for where no image is built", () => {
    const servers = [server("one", { image: { base: "node:latest" } })];
    load(stack(servers, { target: "process" }));
    load(stack([server("one", { target: "process", image: { base: "node:latest" } })]));
  });
});
