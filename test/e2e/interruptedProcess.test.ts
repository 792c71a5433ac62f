import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { declaring } from "../support/declared";
import { eventually } from "../support/eventually";
import { makeFolder, removeFolders } from "../support/folder";
import { finished, hostMissing, type Language, PulumiProject } from "../support/pulumiProject";
import { program } from "../support/quickServer";
import { freePort, REPOSITORY } from "../support/stack";

/** What is going on when the engine is struck. Each is slow as long as the file `slow` is there. */
const PHASES = {
  "installs dependencies": { npm: true, transport: "http" },
  "waits for a server to answer": { server: true, transport: "http" },
  "checks a stdio server": { server: true, transport: "stdio" },
} as const;

describe("interrupted deployment of a process, on the real engine", function () {
  this.timeout(300_000);
  after(removeFolders);

  for (const [phase, language, signal] of [
    ["installs dependencies", "nodejs", "SIGINT"],
    ["installs dependencies", "nodejs", "SIGKILL"],
    // Here the language host starts the provider, and outlives the engine.
    ["installs dependencies", "yaml", "SIGINT"],
    ["installs dependencies", "yaml", "SIGKILL"],
    ["waits for a server to answer", "nodejs", "SIGINT"],
    ["checks a stdio server", "nodejs", "SIGINT"],
    ["checks a stdio server", "nodejs", "SIGKILL"],
  ] as [keyof typeof PHASES, Language, "SIGINT" | "SIGKILL"][]) {
    const how = signal === "SIGINT" ? "Ctrl-C" : "killed";
    it(`${how} while it ${phase}, in ${language}: what it began ends, and the next up succeeds`, async function () {
      const missing = await hostMissing(language);
      if (missing) {
        console.log(`      skipped: ${missing}`);
        return this.skip();
      }
      const { transport, ...slowed } = PHASES[phase];
      const { project, isBusy, mend } = await slowProject(language, transport, slowed);
      await project.init();
      const up = project.start("up", "--yes", "--skip-preview");
      const ended = finished(up);
      await Promise.race([eventually(async () => assert.ok(isBusy()), 120_000), ended]);
      assert.ok(isBusy(), up.exitCode === null ? "it is not slow" : (await ended).said);
      const struck = Date.now();
      up.kill(signal);
      const { said } = await ended;
      if (signal === "SIGINT") {
        assert.match(said, /It was interrupted\. The next run goes on from here\./);
        assert.doesNotMatch(said, /^\s+at .*:\d+/m, "a stack");
        assert.ok(!isBusy(), "what it began still runs");
      } else await eventually(async () => assert.ok(!isBusy(), "what it began still runs"));
      console.log(`        ended ${Date.now() - struck} ms after the signal`);
      mend();
      if (signal === "SIGKILL") await project.succeed("cancel", "--yes");
      await project.succeed("up", "--yes", "--skip-preview");
      assert.match(await project.succeed("up", "--yes", "--skip-preview"), /\d+ unchanged/);
      await project.succeed("destroy", "--yes", "--skip-preview");
    });
  }
});

/** A project whose one server is slow to install or to start: a helper of it sleeps, for a time by which it is told from all others. */
async function slowProject(
  language: Language,
  transport: "http" | "stdio",
  slowed: { npm?: boolean; server?: boolean },
) {
  const marker = `9${randomInt(1e6, 1e7)}`;
  const folder = makeFolder({ slow: "" });
  const slow = path.join(folder, "slow");
  const bin = path.join(folder, "npm");
  // A package manager starts others, which are left behind when it ends alone. The language host asks it things, too.
  writeFileSync(
    bin,
    `#!/bin/sh\n[ -e '${slow}' ] || exit 0\ncase "$*" in *--omit=dev*) ;; *) exit 0 ;; esac\nsleep ${marker} &\nwait\n`,
  );
  chmodSync(bin, 0o755);
  const wait = `
if (require("node:fs").existsSync(${JSON.stringify(slow)})) {
  require("node:child_process").spawn("sleep", ["${marker}"]);
  return;
}
`;
  const source = makeFolder({
    "package.json": `{ "name": "slow-${marker}", "version": "1.0.0", "main": "index.js" }`,
    "index.js": `${slowed.server ? wait : ""}${transport === "http" ? program("hi") : STDIO}`,
  });
  const port = transport === "http" ? { port: await freePort() } : {};
  const properties = { source, transport, telemetry: false, ...port };
  const resources = { web: { type: "mcp:McpProcess", properties } } as const;
  const project = new PulumiProject(declaring(language, resources, [], REPOSITORY), {
    ...(slowed.npm && { PATH: `${folder}:${process.env.PATH}` }),
  });
  return {
    project,
    isBusy: () => running(`sleep ${marker}`),
    mend: () => rmSync(slow),
  };
}

const STDIO = `
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  const send = (message) => console.log(JSON.stringify({ jsonrpc: "2.0", id, ...message }));
  if (method === "initialize") {
    send({ result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } } });
  } else if (method === "tools/list") send({ result: { tools: [] } });
  else if (id !== undefined) send({ error: { code: -32601, message: "no such method" } });
});
`;

const running = (line: string): boolean =>
  readdirSync("/proc").some((pid) => {
    const file = `/proc/${pid}/cmdline`;
    try {
      return /^\d+$/.test(pid) && readFileSync(file, "utf8").replaceAll("\0", " ").trim() === line;
    } catch {
      return false;
    }
  });
