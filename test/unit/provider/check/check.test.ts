import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { mcpCheck } from "../../../../provider/check/check";
import type { CheckInputs, CheckOutputs } from "../../../../provider/check/properties";
import { UNKNOWN } from "../../../../provider/values";
import { makeFolder, removeFolders } from "../../../support/folder";
import { endLaunched, freePort, launch, processesWith, until } from "../process/support";
import { HTTP, STDIO, WITH_HELPER } from "./servers";

const KEY = "kEy-that-must-stay-unseen";

describe("check provider", function () {
  this.timeout(15_000);
  after(removeFolders);

  async function check(inputs: Partial<CheckInputs>): Promise<CheckOutputs> {
    const { id, outs } = await mcpCheck.create({ server: "weather", timeoutSeconds: 5, triggers: [], ...inputs });
    assert.equal(id, "weather");
    return outs ?? assert.fail();
  }

  /** The message with which a check fails, and how long that took. */
  async function failure(inputs: Partial<CheckInputs>): Promise<{ message: string; ms: number }> {
    const startedMs = Date.now();
    const error = await check(inputs).then(
      () => assert.fail("the check passed"),
      (error: Error) => error,
    );
    return { message: error.message, ms: Date.now() - startedMs };
  }

  describe("stdio", () => {
    let folder: string;
    const stdio = (code: string, env: Record<string, string> = {}): Partial<CheckInputs> => {
      folder = makeFolder({ "server.js": code });
      return { command: process.execPath, args: [path.join(folder, "server.js")], env, secrets: { API_KEY: KEY } };
    };
    afterEach(() => until("no process is left", () => processesWith(folder).length === 0));

    it("tells what the server says of itself, over all pages of its tools", async () => {
      const outs = await check(stdio(STDIO));
      assert.equal(outs.serverName, "weather");
      assert.equal(outs.serverVersion, "1.2.3");
      assert.equal(outs.protocolVersion, "2025-11-25");
      assert.deepEqual(outs.tools, ["alert", "forecast"]);
      assert.match(outs.toolsDigest, /^[0-9a-f]{64}$/);
    });

    it("asks server/discover first, and the digest is the same", async () => {
      const modern = await check(stdio(STDIO, { MODERN: "1" }));
      assert.equal(modern.protocolVersion, "2026-07-28");
      assert.equal(modern.serverName, "weather");
      assert.equal(modern.toolsDigest, (await check(stdio(STDIO))).toolsDigest);
    });

    for (const [what, env] of [
      ["ends at any request before initialize", { STRICT: "1" }],
      ["ignores a request before initialize", { SILENT: "1" }],
      ["greets on stdout", { BANNER: "1" }],
    ] as [string, Record<string, string>][]) {
      it(`puts up with a server that ${what}`, async () => {
        assert.equal((await check({ ...stdio(STDIO, env), timeoutSeconds: 3 })).serverName, "weather");
      });
    }

    it("ends what the server started, helpers that ignore SIGTERM included", async () => {
      await check(stdio(WITH_HELPER));
      assert.deepEqual(processesWith(folder), []);
    });

    it("ends the helpers of a server that fails", async () => {
      const { message } = await failure({ ...stdio(WITH_HELPER.replace("answer(message)", "0")), timeoutSeconds: 1 });
      assert.match(message, /does not answer as an MCP server/);
      assert.deepEqual(processesWith(folder), []);
    });

    it("fails for a server that exits at once, with its last lines", async () => {
      const { message, ms } = await failure(
        stdio('console.error("no database at " + process.env.API_KEY); process.exit(3)'),
      );
      assert.equal(
        message,
        `MCP server "weather" does not answer as an MCP server at ${process.execPath} ${path.join(folder, "server.js")}: ` +
          `it ended (exit code 3) before it had answered. Its last lines:\n  | no database at ${KEY}`,
      );
      assert.ok(ms < 4_000, `${ms} ms`);
    });

    it("fails for a server that hangs, within the time for the whole check", async () => {
      const { message, ms } = await failure({ ...stdio("setInterval(() => {}, 1000)"), timeoutSeconds: 1 });
      assert.match(message, /: it did not answer within 1 s\. It wrote nothing\.$/);
      assert.ok(ms < 3_500, `${ms} ms`);
    });

    it("fails for a server that writes garbage to stdout, and shows it", async () => {
      const { message } = await failure({
        ...stdio('console.log("Server v1 at " + process.env.API_KEY); setInterval(() => {}, 1000)'),
        timeoutSeconds: 1,
      });
      assert.ok(
        message.includes(
          `it wrote to stdout what is no MCP message (Server v1 at ${KEY}). A stdio server must log to stderr`,
        ),
      );
    });

    it("fails for a list of tools without an end", async () => {
      assert.match((await failure(stdio(STDIO, { ENDLESS: "1" }))).message, /pagination did not terminate/);
    });

    it("fails for a command that does not exist", async () => {
      stdio("");
      assert.match(
        (await failure({ command: "/nowhere/server" })).message,
        /at \/nowhere\/server: spawn \/nowhere\/server ENOENT/,
      );
    });

    it("needs to know where the server is", async () => {
      stdio("");
      assert.match((await failure({})).message, /McpCheck needs `url` or `command`/);
    });
  });

  describe("Streamable HTTP", () => {
    let server: Server | undefined;
    afterEach(async () => {
      server?.closeAllConnections();
      server?.close();
      server = undefined;
      await endLaunched();
    });

    async function serve(answer: RequestListener): Promise<string> {
      server = createServer(answer).listen(0, "127.0.0.1");
      await once(server, "listening");
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
    }
    function start(port: number, env: Record<string, string> = {}) {
      return launch(process.execPath, ["-e", HTTP], { ...process.env, ...env, PORT: String(port) });
    }

    for (const [era, env, version] of [
      ["an older", {}, "2025-11-25"],
      ["the newest", { MODERN: "1" }, "2026-07-28"],
    ] as [string, Record<string, string>, string][]) {
      it(`shakes hands in ${era} revision`, async () => {
        const port = await freePort();
        await once(start(port, env).stdout ?? assert.fail(), "data");
        const outs = await check({ url: `http://127.0.0.1:${port}/mcp` });
        assert.equal(outs.protocolVersion, version);
        assert.deepEqual(outs.tools, ["alert", "forecast"]);
      });
    }

    it("passes though the server never answers the end of the session", async () => {
      const port = await freePort();
      const server = start(port, { SESSION: "1" });
      await once(server.stdout ?? assert.fail(), "data");
      assert.equal((await check({ url: `http://127.0.0.1:${port}/mcp`, timeoutSeconds: 2 })).serverName, "weather");
    });

    it("waits for a server that does not listen yet", async () => {
      const port = await freePort();
      setTimeout(() => start(port), 400);
      assert.equal((await check({ url: `http://127.0.0.1:${port}/mcp` })).serverName, "weather");
    });

    it("fails when nobody ever listens, and says so", async () => {
      const { message, ms } = await failure({ url: `http://127.0.0.1:${await freePort()}/mcp`, timeoutSeconds: 1 });
      assert.match(message, /: connect ECONNREFUSED 127\.0\.0\.1:\d+\. It wrote nothing\.$/);
      assert.ok(ms < 3_000, `${ms} ms`);
    });

    for (const { what, answer, timeoutSeconds = 5, message } of [
      {
        what: "answers HTTP 500",
        answer: (_, response) => response.writeHead(500).end("broken"),
        message: /: it answered HTTP 500 \(broken\)\. Its last lines:\n {2}\| one\n {2}\| two$/,
      },
      {
        what: "stays a gateway without a backend",
        answer: (_, response) => response.writeHead(503).end(),
        timeoutSeconds: 1,
        message: /: it answered HTTP 503\. Its last lines/,
      },
      {
        what: "has no such path",
        answer: (_, response) => response.writeHead(404).end("none"),
        message: /: it answered HTTP 404 \(none\)/,
      },
      {
        what: "is a website",
        answer: (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
        message: /text\/html/,
      },
      {
        what: "answers JSON that is no MCP",
        answer: (_, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}"),
        message: /does not answer as an MCP server at http/,
      },
      { what: "wants authorization", answer: (_, response) => response.writeHead(401).end(), message: /HTTP 401/ },
      { what: "never answers", answer: () => {}, timeoutSeconds: 1, message: /: it did not answer within 1 s\./ },
    ] as { what: string; answer: RequestListener; timeoutSeconds?: number; message: RegExp }[]) {
      it(`fails for a server that ${what}, with the last lines of its log`, async () => {
        const logFile = path.join(makeFolder({ log: "one\ntwo\n" }), "log");
        const failed = await failure({ url: await serve(answer), logFile, timeoutSeconds });
        assert.match(failed.message, message);
        assert.match(failed.message, /Its last lines:\n {2}\| one\n {2}\| two$/);
        assert.ok(failed.ms < 3_500, `${failed.ms} ms`);
      });
    }
  });

  it("runs again only when what is deployed has changed", async () => {
    const olds = {
      server: "weather",
      url: "http://127.0.0.1:1/mcp",
      timeoutSeconds: 5,
      triggers: ["g1"],
    } as CheckOutputs;
    const changes = async (news: Partial<CheckInputs>) =>
      (await mcpCheck.diff("id", olds, { ...olds, ...news })).changes;
    assert.equal(await changes({}), false);
    assert.equal(await changes({ timeoutSeconds: 9, server: "renamed", logFile: "/log" }), false);
    // For the engine to find and show.
    const changed = [{ triggers: ["g2"] }, { triggers: [UNKNOWN] }, { url: UNKNOWN }, { secrets: { API_KEY: KEY } }];
    for (const news of changed) assert.equal(await changes(news), undefined);
  });

  it("expects the same tools in a preview of the same code, and knows nothing of code that is not there yet", () => {
    const surface = {
      serverName: "w",
      serverVersion: "1",
      protocolVersion: "2026-07-28",
      tools: ["a"],
      toolsDigest: "d",
    };
    const olds = { server: "weather", url: "http://127.0.0.1:1/mcp", triggers: ["g1"], ...surface };
    assert.deepEqual(mcpCheck.known(olds, { server: "weather", triggers: ["started anew"] }), surface);
    assert.deepEqual(mcpCheck.known(olds, { server: "weather", triggers: [UNKNOWN] }), {});
  });
});
