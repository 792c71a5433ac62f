import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import type { ProcessInputs } from "../../../../provider/process/process";
import { makeFolder, removeFolders } from "../../../support/folder";
import { CRASHING, FAILING, HANGING, PLAIN, SLOW, WITH_HELPER } from "./servers";
import {
  DIST,
  endLaunched,
  freePort,
  launch,
  logFile,
  processesWith,
  procFile,
  readRunState,
  stateFile,
  stopServer,
  supervisedProcess,
  until,
  useOwnHomes,
} from "./support";

const KEY = "kEy-that-must-stay-unseen";

describe("process provider", function () {
  this.timeout(20_000);
  let inputs: ProcessInputs;

  useOwnHomes();
  beforeEach(async () => {
    const port = await freePort();
    const cwd = makeFolder();
    inputs = {
      server: "weather",
      instance: `weather-${port}`,
      release: "r1",
      cwd,
      command: process.execPath,
      args: [path.join(cwd, "server.js")],
      env: { PORT: String(port), MARK: cwd },
      secretEnv: { API_KEY: KEY },
      host: "127.0.0.1",
      port,
      readinessPath: "/readyz",
      startTimeoutSeconds: 10,
    };
    serve(PLAIN);
  });
  afterEach(async () => {
    await stopServer(inputs.instance);
    await endLaunched();
    assert.deepEqual(processesWith(inputs.cwd), [], "processes were left");
  });
  after(removeFolders);

  function serve(code: string, settings: Partial<ProcessInputs> = {}): void {
    writeFileSync(path.join(inputs.cwd, "server.js"), code);
    inputs = { ...inputs, ...settings };
  }
  const get = async (url: string) => fetch(`http://127.0.0.1:${inputs.port}${url}`);
  const log = () => readFileSync(logFile(inputs.instance), "utf8");
  const create = async () => (await supervisedProcess.create(inputs)).outs ?? assert.fail();
  const state = () => readRunState(inputs.instance) ?? assert.fail("no run state");
  const childPid = () => state().child?.pid ?? assert.fail("no child");

  it("starts a server, which is ready once it answers at all", async () => {
    const { id, outs } = await supervisedProcess.create(inputs);
    assert.equal(id, inputs.instance);
    assert.deepEqual(outs, { ...inputs, generation: state().generation });
    assert.equal((await get("/readyz")).status, 404);
    assert.deepEqual(await supervisedProcess.read("id", outs), { id: "id", props: outs });
  });

  it("waits for a server whose readiness path answers 503", async () => {
    serve(SLOW);
    await create();
    assert.equal(Number(await (await get("/")).text()) > 3, true);
  });

  it("hands over env and secrets, and nothing of the stack's passphrase; no argument, file or log shows them", async () => {
    process.env.PULUMI_CONFIG_PASSPHRASE = "passphrase";
    try {
      await create();
    } finally {
      delete process.env.PULUMI_CONFIG_PASSPHRASE;
    }
    const env = (await (await get("/env")).json()) as Record<string, string>;
    assert.equal(env.API_KEY, KEY);
    assert.equal(env.MARK, inputs.cwd);
    assert.equal(env.PULUMI_CONFIG_PASSPHRASE, undefined);
    assert.equal(procFile(state().supervisor.pid, "environ"), "");
    for (const pid of [state().supervisor.pid, childPid()]) assert.equal(procFile(pid, "cmdline").includes(KEY), false);
    assert.equal(readFileSync(stateFile(inputs.instance), "utf8").includes(KEY), false);
    await until("the server has logged", () => log().includes("the key is [secret]"));
    assert.equal(log().includes(KEY), false);
    assert.equal(statSync(logFile(inputs.instance)).mode & 0o777, 0o600);
    assert.equal(statSync(path.dirname(stateFile(inputs.instance))).mode & 0o777, 0o700);
  });

  it("restarts a server that crashes, after a wait, and calls it dead meanwhile", async () => {
    const outs = await create();
    const before = childPid();
    const crashed = Date.now();
    await get("/crash").catch(() => {});
    await until("the crash is recorded", () => state().restarts === 1);
    assert.equal(state().lastExit?.how, "exit code 7");
    assert.equal((await supervisedProcess.diff("id", outs, inputs)).changes, true);
    assert.deepEqual(await supervisedProcess.read("id", outs), { id: "" });
    await until("the server runs again", () => state().child);
    assert.notEqual(childPid(), before);
    assert.ok(Date.now() - crashed >= 1_000, "it did not wait");
    await until("the server answers again", () =>
      get("/").then(
        () => true,
        () => false,
      ),
    );
    assert.match(log(), /boom\n.*The server ended \(exit code 7\)\. It starts again in 1 s\./);
    assert.equal((await supervisedProcess.diff("id", outs, inputs)).changes, false);
  });

  it("survives the end of the terminal and of the program that started it", async () => {
    const script = `require(${JSON.stringify(path.join(DIST, "process"))}).supervisedProcess
      .create(${JSON.stringify(inputs)}).then(() => { console.log("ready"); setInterval(() => {}, 1000); })`;
    const deployment = launch(process.execPath, ["-e", script]);
    await once(deployment.stdout ?? assert.fail(), "data");
    process.kill(-(deployment.pid ?? assert.fail()), "SIGHUP");
    process.kill(state().supervisor.pid, "SIGHUP");
    await once(deployment, "exit");
    assert.equal((await get("/")).status, 404);
    const session = procFile(state().supervisor.pid, "stat").split(") ")[1]?.split(" ")[3];
    assert.equal(Number(session), state().supervisor.pid);
  });

  it("cleans up after an `up` that was killed while the server started", async () => {
    serve(HANGING);
    const script = `require(${JSON.stringify(path.join(DIST, "process"))}).supervisedProcess.create(${JSON.stringify(inputs)})`;
    const deployment = launch(process.execPath, ["-e", script]);
    const orphan = await until("the server has been started", () => readRunState(inputs.instance)?.child);
    deployment.kill("SIGKILL");
    await once(deployment, "exit");
    serve(PLAIN);
    assert.deepEqual(await supervisedProcess.check({}, inputs), []);
    await create();
    assert.notEqual(childPid(), orphan.pid);
    assert.equal(procFile(orphan.pid, "cmdline"), "");
  });

  it("ends the whole process group, helpers that ignore SIGTERM included, and leaves no state", async () => {
    serve(WITH_HELPER);
    const outs = await create();
    assert.equal(processesWith(inputs.cwd).length, 2);
    const startedMs = Date.now();
    await supervisedProcess.delete("id", outs);
    assert.ok(Date.now() - startedMs < 5_000, "it waited for the helper");
    assert.deepEqual(processesWith(inputs.cwd), []);
    assert.equal(existsSync(stateFile(inputs.instance)), false);
  });

  it("mends a server whose supervisor was killed", async () => {
    const outs = await create();
    const orphan = childPid();
    process.kill(state().supervisor.pid, "SIGKILL");
    await until("the supervisor is gone", async () => (await supervisedProcess.read("id", outs)).id === "");
    assert.deepEqual(await supervisedProcess.check(inputs, inputs), [], "its own orphan is no conflict");
    await create();
    assert.equal(procFile(orphan, "cmdline"), "");
    assert.equal((await get("/")).status, 404);
  });

  it("ends the helpers of a server that died with its supervisor", async () => {
    serve(WITH_HELPER);
    const outs = await create();
    process.kill(state().supervisor.pid, "SIGKILL");
    process.kill(childPid(), "SIGKILL");
    await until("the server is gone", () => procFile(childPid(), "cmdline") === "");
    assert.equal(processesWith(inputs.cwd).length, 1, "the helper is there");
    await supervisedProcess.delete("id", outs);
    await until("the helper is gone", () => processesWith(inputs.cwd).length === 0);
  });

  for (const [what, damage] of [
    ["is missing", (file: string) => rmSync(file)],
    ["is damaged", (file: string) => writeFileSync(file, '{"generation": "x", "supervisor": {"pid": 1}}')],
    ["is null", (file: string) => writeFileSync(file, "null")],
  ] as const) {
    it(`finds the supervisor when the state file ${what}`, async () => {
      const outs = await create();
      const pids = [state().supervisor.pid, childPid()];
      damage(stateFile(inputs.instance));
      assert.equal((await supervisedProcess.diff("id", outs, inputs)).changes, true);
      assert.deepEqual(await supervisedProcess.check(inputs, inputs), []);
      await supervisedProcess.delete("id", outs);
      assert.deepEqual(
        pids.map((pid) => procFile(pid, "cmdline")),
        ["", ""],
      );
    });
  }

  it("never signals a process that only has the recorded pid", async () => {
    const outs = await create();
    const recorded = state();
    await supervisedProcess.delete("id", outs);
    const stranger = launch(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const pid = stranger.pid ?? assert.fail();
    const taken = {
      ...recorded,
      supervisor: { ...recorded.supervisor, pid },
      child: { pid, started: recorded.child?.started },
    };
    writeFileSync(stateFile(inputs.instance), JSON.stringify(taken));
    await supervisedProcess.delete("id", outs);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(stranger.exitCode ?? stranger.signalCode, null);
    assert.equal(existsSync(stateFile(inputs.instance)), false);
  });

  describe("a port that is taken", () => {
    const other = createServer();
    beforeEach(async () => {
      other.listen(inputs.port, "127.0.0.1");
      await once(other, "listening");
    });
    afterEach(async () => {
      other.close();
      await once(other, "close");
    });
    const message = () =>
      `port ${inputs.port} on 127.0.0.1, wanted by MCP server "weather", is already in use by another program.`;

    it("is a failed check", async () => {
      const failures = await supervisedProcess.check({}, inputs);
      assert.equal(failures?.[0]?.property, "port");
      assert.ok(failures?.[0]?.reason.startsWith(message()), failures?.[0]?.reason);
      assert.match(
        failures?.[0]?.reason ?? "",
        /Set another `port` for the server, or end that program \(find it with `lsof -i :\d+`\)/,
      );
    });

    it("keeps a server from being started", async () => {
      await assert.rejects(supervisedProcess.create(inputs), (error: Error) => error.message.startsWith(message()));
      assert.equal(existsSync(logFile(inputs.instance)), false);
    });

    it("leaves the server running that should have moved to it", async () => {
      const port = await freePort();
      const moved = inputs;
      inputs = { ...inputs, port, env: { ...inputs.env, PORT: String(port) } };
      const outs = await create();
      const pid = childPid();
      await assert.rejects(supervisedProcess.update("id", outs, moved), /is already in use by another program/);
      assert.equal(childPid(), pid);
    });
  });

  for (const { what, code, settings, message } of [
    {
      what: "exits at once",
      code: CRASHING,
      message:
        'MCP server "weather" did not start: it ended while starting (exit code 3). Its last lines:\n' +
        "  | reading the settings\n  | no database at [secret]",
    },
    {
      what: "does not answer",
      code: HANGING,
      settings: { startTimeoutSeconds: 1 },
      message:
        'MCP server "weather" did not start: it was not ready within 1 s: it accepts connections but does not answer. It wrote nothing.',
    },
    {
      what: "answers HTTP 500",
      code: FAILING,
      settings: { startTimeoutSeconds: 1 },
      message: `MCP server "weather" did not start: it was not ready within 1 s: GET /readyz answers HTTP 500 (broken by ${KEY}). It wrote nothing.`,
    },
    {
      what: "does not listen",
      code: "setInterval(() => {}, 1000)",
      settings: { startTimeoutSeconds: 1 },
      message: 'MCP server "weather" did not start: it was not ready within 1 s: it did not listen. It wrote nothing.',
    },
    {
      what: "can't be started",
      code: "",
      settings: { command: "/nowhere/python" },
      message:
        'MCP server "weather" did not start: it ended while starting (spawn /nowhere/python ENOENT). It wrote nothing.',
    },
  ]) {
    it(`fails for a server that ${what}, and leaves nothing running`, async () => {
      serve(code, settings);
      await assert.rejects(supervisedProcess.create(inputs), { message });
      assert.deepEqual(processesWith(inputs.cwd), []);
      assert.equal(existsSync(stateFile(inputs.instance)), false);
    });
  }

  it("restarts with a new version", async () => {
    const outs = await create();
    const news = { ...inputs, release: "r2", env: { ...inputs.env, GREETING: "hi" } };
    const { outs: updated } = await supervisedProcess.update("id", outs, news);
    assert.notEqual(updated?.generation, outs.generation);
    assert.equal(((await (await get("/env")).json()) as Record<string, string>).GREETING, "hi");
  });

  it("goes back to the previous version when the new one fails", async () => {
    const outs = await create();
    const failing = { ...inputs, args: ["-e", CRASHING] };
    await assert.rejects(
      supervisedProcess.update("id", outs, failing),
      /no database at \[secret\]\nThe previous version runs again\.$/,
    );
    assert.equal((await get("/")).status, 404);
    assert.equal(
      (await supervisedProcess.diff("id", outs, inputs)).changes,
      false,
      "for the state nothing has happened",
    );
    assert.equal((await supervisedProcess.diff("id", outs, failing)).changes, undefined, "the engine shows what");
  });

  it("says in a preview that the same release is started anew, and nothing of another", () => {
    const outs = { ...inputs, generation: "g1" };
    assert.deepEqual(supervisedProcess.known(outs, { ...inputs, env: { MODE: "fast" } }), {
      generation: "started anew",
    });
    assert.deepEqual(supervisedProcess.known(outs, { ...inputs, release: "r2" }), {});
  });

  it("sees that an interrupted `up` left another version running", async () => {
    const outs = await create();
    await supervisedProcess.update("id", outs, { ...inputs, env: { ...inputs.env, GREETING: "hi" } });
    assert.equal((await supervisedProcess.diff("id", outs, inputs)).changes, true);
    assert.deepEqual(await supervisedProcess.read("id", outs), { id: "" });
  });
});
