import assert from "node:assert/strict";
import type { Entry, Place } from "../../../../cli/deployed/entries";
import { chosen, clientLogs } from "../../../../cli/logs/sources";

const entry = (name: string, place?: Place): Entry => ({
  name,
  role: "server",
  target: "docker",
  ...(place && { place }),
});
const CONTAINER: Place = { kind: "container", container: "c" };
const STACK = {
  name: "dev",
  entries: [entry("weather", CONTAINER), entry("files", { kind: "client" }), entry("new"), entry("redis", CONTAINER)],
};
const names = (...wanted: string[]) => chosen(STACK, wanted).map(({ name }) => name);
const fails = (message: string, ...wanted: string[]) => assert.throws(() => names(...wanted), { message });

describe("which logs are shown", () => {
  it("are those that were named, else all that are deployed", () => {
    assert.deepEqual(names("redis", "weather"), ["weather", "redis"]);
    assert.deepEqual(names(), ["weather", "files", "redis"]);
  });

  it("are refused for an unknown name, with the known ones and the nearest", () => {
    const known = "  allowed: weather, files, new, redis\n";
    const unknown = "SERVER: the stack dev has no such server or service\n";
    fails(`${unknown}  got:     wether\n${known}  fix:     did you mean weather?`, "wether");
    fails(
      `${unknown}  got:     postgres\n${known}  fix:     name one of them, or another stack with --stack`,
      "postgres",
    );
  });

  it("are refused for what is not deployed, with what deploys it", () => {
    const fix = "  fix:     npx mcp-deploy up --stack dev";
    fails(`SERVER: there is no log: new is not deployed yet\n${fix}`, "new", "weather");
    const nothing = { name: "local", entries: [entry("new")] };
    const message = "SERVER: there is no log: the stack local is not deployed yet\n  fix:     npx mcp-deploy up";
    assert.throws(() => chosen(nothing, []), { message });
    assert.throws(() => chosen({ name: "local", entries: [] }, []), { message });
  });

  it("are with the clients of a server that these start, and each is told where", () => {
    const text = clientLogs("files");
    assert.match(text, /^files is a stdio server: each client starts it for itself, so nothing of it runs here/);
    for (const place of [
      "mcp-server-files.log in ~/Library/Logs/Claude",
      "mcp-logs-files below",
      '"MCP: List Servers"',
    ]) {
      assert.ok(text.includes(place), place);
    }
  });
});
