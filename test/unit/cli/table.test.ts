import assert from "node:assert/strict";
import { connectHint, serversTable } from "../../../cli/table";

const SERVERS = {
  weather: {
    target: "process",
    transport: "streamable-http",
    url: "http://127.0.0.1:8080/mcp",
    tools: ["now", "week"],
  },
  files: { target: "process", transport: "stdio", command: "node", args: ["server.js", "my folder"], tools: ["read"] },
};

describe("serversTable", () => {
  it("shows each server with how to connect, columns aligned", () => {
    assert.equal(
      serversTable(SERVERS),
      [
        "SERVER   TARGET   ENDPOINT                    TOOLS      CONNECT",
        "weather  process  http://127.0.0.1:8080/mcp   now, week  claude mcp add --transport http weather http://127.0.0.1:8080/mcp",
        "files    process  node server.js 'my folder'  read       claude mcp add files -- node server.js 'my folder'",
      ].join("\n"),
    );
  });

  it("puts the connect lines below, whole, where the terminal is narrow", () => {
    const table = serversTable(SERVERS, 80);
    assert.equal(
      table,
      [
        "SERVER   TARGET   ENDPOINT                    TOOLS",
        "weather  process  http://127.0.0.1:8080/mcp   now, week",
        "files    process  node server.js 'my folder'  read",
        "",
        "Connect:",
        "  claude mcp add --transport http weather http://127.0.0.1:8080/mcp",
        "  claude mcp add files -- node server.js 'my folder'",
      ].join("\n"),
    );
  });

  it("cuts the tools before the endpoint", () => {
    const tools = Array.from({ length: 30 }, (_, index) => `tool${index}`);
    const lines = serversTable({ one: { target: "docker", url: "http://127.0.0.1:8080/mcp", tools } }, 80).split("\n");
    assert.equal(lines[1]?.length, 80);
    assert.ok(lines[1]?.includes("http://127.0.0.1:8080/mcp  tool0, tool1"));
    assert.ok(lines[1]?.endsWith("…"));
  });

  it("is empty without servers", () => {
    assert.equal(serversTable({}), "");
  });

  it("connects to SSE servers as such", () => {
    const hint = connectHint("old", { target: "docker", transport: "sse", url: "http://127.0.0.1:8080/sse" });
    assert.equal(hint, "claude mcp add --transport sse old http://127.0.0.1:8080/sse");
  });
});
