import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { describeWithDocker } from "../support/docker";
import { eventually } from "../support/eventually";
import { makeFolder, removeFolders } from "../support/folder";
import { searchImage } from "../support/layers";
import { callTool } from "../support/mcpClient";
import { example, freePort, TestStack } from "../support/stack";

const API_KEY = "canary-secret-41d7";

describeWithDocker("Docker stack on a real engine", function () {
  this.timeout(300_000);
  const docker = new Docker();
  let sources: string;
  let stack: TestStack;
  let ports: number[];

  const source = (name: string) => path.join(sources, name);
  const containerOf = (name: string) => docker.getContainer(`mcp-${stack.name}-${name}`);
  const idOf = async (name: string) => (await containerOf(name).inspect()).Id;
  const servers = (settings: object = {}) => [
    {
      name: "python-server",
      source: source("python-server"),
      port: ports[0],
      services: ["redis"],
      secrets: ["API_KEY"],
      ...settings,
    },
    { name: "node-server", source: source("node-server"), port: ports[1], services: ["redis"] },
  ];
  const config = { "mcp:target": "docker", "mcp:services": [{ name: "redis", kind: "redis" }] };
  const redis = async (...command: string[]) => {
    const script = `REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ${command.join(" ")}`;
    const exec = await containerOf("redis").exec({ Cmd: ["sh", "-c", script], AttachStdout: true, AttachStderr: true });
    const output: Buffer[] = [];
    for await (const chunk of await exec.start({})) output.push((chunk as Buffer).subarray(8));
    return Buffer.concat(output).toString().trim();
  };

  before(async () => {
    sources = makeFolder();
    for (const name of ["python-server", "node-server"]) cpSync(example(name), source(name), { recursive: true });
    ports = [await freePort(), await freePort()];
    stack = new TestStack(servers(), config);
    await stack.secret("API_KEY", API_KEY);
  });
  after(async () => {
    await stack.destroy();
    for (const name of ["broken-logs", "redis-data", "python-server-logs", "node-server-logs"]) {
      await docker.getVolume(`mcp-${stack.name}-${name}`).remove();
    }
    removeFolders();
  });

  it("builds and runs the servers and their Redis, and a real client calls their tools", async () => {
    await stack.up();
    const { "python-server": python, "node-server": node } = await stack.servers();
    assert.ok(python && node);
    assert.equal(python.target, "docker");
    assert.equal(python.url, `http://127.0.0.1:${ports[0]}/mcp`);
    assert.equal(await callTool(python, "containerized_tool", { param: "x" }), "Processed: x");
    assert.equal(await callTool(node, "containerized_tool", { param: "x" }), "Processed: x");
  });

  it("gives the servers their Redis and their secrets", async () => {
    const python = await stack.server("python-server");
    assert.deepEqual(JSON.parse(await callTool(python, "health_check")), {
      status: "healthy",
      checks: { redis: "ok" },
    });
    const fingerprint = createHash("sha256").update(API_KEY).digest("hex").slice(0, 12);
    assert.equal(await callTool(python, "api_key_fingerprint"), fingerprint);
  });

  it("tells how servers and services are, with metrics read inside of the containers", async () => {
    const load = new AbortController();
    const python = await stack.server("python-server");
    const calling = (async () => {
      // Busy, but not up to its limits: that would slow down what is asked here, too.
      while (!load.signal.aborted) {
        await callTool(python, "greet", { name: "Ada" });
        await sleep(50);
      }
    })();
    const { code, out } = await stack.command("status", "--json");
    load.abort();
    await calling;
    const told = JSON.parse(out);
    assert.deepEqual([code, told.healthy], [0, true], out);
    assert.deepEqual(
      [Object.keys(told.servers), Object.keys(told.services)],
      [["python-server", "node-server"], ["redis"]],
    );
    for (const [name, server] of Object.entries<Record<string, number & string>>({
      ...told.servers,
      ...told.services,
    })) {
      assert.deepEqual([server.target, server.health, server.restarts], ["docker", "healthy", 0], name);
      assert.equal(server.memoryLimitBytes, 512 * 1024 ** 2, name);
      assert.ok(
        Number(server.memoryBytes) > 1e6 && Number(server.memoryBytes) < 400e6,
        `${name} ${server.memoryBytes}`,
      );
      assert.ok(Number(server.cpuCores) >= 0 && Number(server.cpuCores) < 2, `${name} ${server.cpuCores}`);
    }
    assert.ok(told.servers["python-server"].requestsPerSecond > 0);
    for (const name of ["python-server", "node-server"]) {
      const { errorsPerSecond, tools, missing } = told.servers[name];
      assert.deepEqual([errorsPerSecond, tools, missing], [0, 4, {}], name);
    }
    assert.equal(told.services.redis.missing.requestsPerSecond, "a service has no MCP requests");
  });

  it("shows what servers and services wrote", async () => {
    const redis = await stack.command("logs", "redis", "--lines", "1");
    assert.equal(redis.code, 0, redis.err);
    assert.match(redis.out, /^redis \| \d\d:\d\d:\d\d\.\d{3} .*Ready to accept connections.*\n$/);
    const { code, out, err } = await stack.command("logs", "--json", "--since", "1h");
    assert.equal(code, 0, err);
    const entries = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.deepEqual([...new Set(entries.map(({ server }) => server))].sort(), [
      "node-server",
      "python-server",
      "redis",
    ]);
    assert.ok(
      entries.some(({ server, tool, outcome }) => server === "python-server" && tool === "greet" && outcome === "ok"),
    );
  });

  it("changes nothing when nothing changed, refreshed or not", async () => {
    const before = await Promise.all(["python-server", "node-server", "redis"].map(idOf));
    for (const operation of [stack.preview, stack.up, stack.refresh, stack.up]) {
      const { changes } = await operation();
      assert.deepEqual(Object.keys(changes), ["same"]);
    }
    assert.deepEqual(await Promise.all(["python-server", "node-server", "redis"].map(idOf)), before);
  });

  it("rolls just the container whose source changed", async () => {
    const [node, data] = [await idOf("node-server"), await idOf("redis")];
    const file = path.join(source("python-server"), "server.py");
    writeFileSync(file, readFileSync(file, "utf8").replace("Processed: ", "Handled: "));
    await stack.up();
    assert.deepEqual([await idOf("node-server"), await idOf("redis")], [node, data]);
    const python = await stack.server("python-server");
    assert.equal(await callTool(python, "containerized_tool", { param: "x" }), "Handled: x");
  });

  it("keeps Redis' data when its container is replaced", async () => {
    assert.equal(await redis("set", "kept", "yes"), "OK");
    const before = await idOf("redis");
    stack.configure(servers(), { ...config, "mcp:services": [{ name: "redis", kind: "redis", memoryLimit: "300Mi" }] });
    await stack.secret("API_KEY", API_KEY);
    stack.configure(servers(), config);
    await stack.secret("API_KEY", API_KEY);
    await containerOf("redis").remove({ force: true });
    await stack.refresh();
    await stack.up();
    assert.notEqual(await idOf("redis"), before);
    assert.equal(await redis("get", "kept"), "yes");
  });

  it("keeps the containers hardened, as the CIS Docker Benchmark asks", async () => {
    for (const name of ["python-server", "node-server", "redis"]) {
      const { HostConfig: host, Config, NetworkSettings, Mounts } = await containerOf(name).inspect();
      assert.deepEqual(host.CapDrop, ["ALL"], name);
      assert.ok(!host.CapAdd?.length, name);
      assert.equal(host.Privileged, false, name);
      assert.equal(host.ReadonlyRootfs, true, name);
      assert.deepEqual(host.SecurityOpt, ["no-new-privileges:true"], name);
      assert.equal(host.PidsLimit, 256, name);
      assert.ok((host.Memory ?? 0) > 0 && (host.NanoCpus ?? 0) > 0, name);
      assert.equal(host.MemorySwap, host.Memory, name);
      assert.equal(host.RestartPolicy?.Name, "unless-stopped", name);
      assert.equal(host.Init, true, name);
      assert.ok(!["host"].includes(host.PidMode ?? "") && host.IpcMode !== "host" && host.UsernsMode !== "host", name);
      assert.deepEqual(Object.keys(NetworkSettings.Networks), [`mcp-${stack.name}`], name);
      for (const bindings of Object.values(NetworkSettings.Ports)) {
        for (const { HostIp, HostPort } of bindings ?? []) {
          assert.equal(HostIp, "127.0.0.1", name);
          assert.ok(Number(HostPort) >= 1024, name);
        }
      }
      assert.ok(!Mounts.some(({ Type, Source }) => Type === "bind" || Source.includes("docker.sock")), name);
      assert.ok(Config.User !== "" && !Config.User.startsWith("0"), name);
      assert.ok(Config.Healthcheck, name);
    }
  });

  it("shows secrets nowhere but where the engine must hold them", async () => {
    assert.ok(!(await stack.state()).includes(API_KEY));
    assert.ok(!JSON.stringify(await stack.servers()).includes(API_KEY));
    const inspected = await containerOf("python-server").inspect();
    const { Env, ...rest } = inspected.Config;
    assert.ok(Env.includes(`API_KEY=${API_KEY}`));
    assert.ok(!JSON.stringify({ ...inspected, Config: rest }).includes(API_KEY));
    const image = docker.getImage(inspected.Image);
    assert.ok(!JSON.stringify([await image.inspect(), await image.history()]).includes(API_KEY));
    assert.deepEqual((await searchImage(inspected.Image, API_KEY)).found, []);
    const logs = await containerOf("python-server").logs({ stdout: true, stderr: true });
    assert.ok(!logs.toString().includes(API_KEY));
  });

  it("has a killed server running again by itself, and its log followed until Ctrl-C", async () => {
    const follower = await stack.start("logs", "node-server", "--follow", "--lines", "0");
    let followed = "";
    follower.stdout?.on("data", (data) => {
      followed += data;
    });
    const node = await stack.server("node-server");
    await eventually(async () => {
      await callTool(node, "greet", { name: "Ada" });
      assert.match(followed, /tool=greet/);
    });
    const { State } = await containerOf("node-server").inspect();
    process.kill(State.Pid, "SIGKILL");
    await eventually(async () => {
      assert.notEqual((await containerOf("node-server").inspect()).State.Pid, State.Pid);
      assert.equal(await callTool(node, "containerized_tool", { param: "x" }), "Processed: x");
    });
    await eventually(async () => assert.match(followed, /tool=containerized_tool/));
    follower.kill("SIGINT");
    assert.deepEqual(await once(follower, "exit"), [0, null]);
    // The start after the kill stands between the calls, once.
    assert.equal(followed.split(" listening ").length, 2, followed);
    assert.ok(followed.indexOf("tool=greet") < followed.indexOf("listening"), followed);
    assert.ok(followed.indexOf("listening") < followed.indexOf("tool=containerized_tool"), followed);
    const { servers: told } = JSON.parse((await stack.command("status", "--json")).out);
    assert.equal(told["node-server"].restarts, 1);
  });

  it("server that crashes at its start: up fails within seconds and shows its last lines", async () => {
    const broken = makeFolder({
      "package.json": '{ "name": "s" }',
      "index.js": 'console.error("no licence"); process.exit(3);',
    });
    const port = await freePort();
    stack.configure([...servers(), { name: "broken", source: broken, transport: "http", port }], config);
    await stack.secret("API_KEY", API_KEY);
    const message = await stack.failing("up");
    assert.match(
      message,
      /"broken" is not ready: it ended while starting( \(exit code 3\))?\. Its last lines:\n {2}\| no licence/,
    );
    const { code, out } = await stack.command("status", "--json");
    const { health, tools, missing } = JSON.parse(out).servers.broken;
    assert.equal(code, 1);
    // The engine starts it again and again: it may be seen in between.
    assert.ok(["unhealthy", "starting"].includes(health), health);
    assert.deepEqual([tools, missing.tools], [null, "the stack's outputs do not have it"]);
    assert.match((await stack.command("logs", "broken", "--lines", "1")).out, /^broken \| \S+ no licence\n$/);
  });

  it("server that never answers: up fails with its last lines", async () => {
    const hanging = makeFolder({
      "package.json": '{ "name": "s" }',
      "index.js": 'console.log("thinking"); setInterval(() => {}, 1000);',
    });
    const port = await freePort();
    const server = { name: "broken", source: hanging, transport: "http", port, health: { startPeriodSeconds: 3 } };
    stack.configure([...servers(), server], config);
    await stack.secret("API_KEY", API_KEY);
    assert.match(
      await stack.failing("up"),
      /"broken" is not ready: it does not answer \(waited 3 s\)[\s\S]*\| thinking/,
    );
  });

  it("port taken: says which", async () => {
    const port = await freePort();
    const other = createServer().listen(port, "127.0.0.1");
    try {
      stack.configure([...servers(), { name: "broken", source: source("node-server"), port }], config);
      await stack.secret("API_KEY", API_KEY);
      assert.match(await stack.failing("up"), new RegExp(`${port}`));
    } finally {
      other.close();
    }
  });

  it("build failure: shows the failing step", async () => {
    const broken = makeFolder({
      "package.json": '{ "name": "s" }',
      "index.js": "",
      Dockerfile: "FROM node:22-slim\nRUN echo before && exit 7\n",
    });
    stack.configure(
      [...servers(), { name: "broken", source: broken, transport: "http", port: await freePort() }],
      config,
    );
    await stack.secret("API_KEY", API_KEY);
    assert.match(await stack.failing("up"), /exit 7|exit code: 7/);
  });

  it("leaves nothing but the volumes on destroy", async () => {
    stack.configure(servers(), config);
    await stack.secret("API_KEY", API_KEY);
    await stack.up();
    await stack.destroy();
    const filters = { name: [`mcp-${stack.name}`] };
    assert.deepEqual(await docker.listContainers({ all: true, filters }), []);
    assert.deepEqual(await docker.listNetworks({ filters }), []);
    const { Volumes } = await docker.listVolumes({ filters: JSON.stringify(filters) as never });
    assert.deepEqual(
      Volumes.map(({ Name }) => Name).sort(),
      // The logs of a server that crashed are what its user wants to read.
      ["broken-logs", "node-server-logs", "python-server-logs", "redis-data"].map(
        (name) => `mcp-${stack.name}-${name}`,
      ),
    );
  });

  it("finds Redis' data again when the stack is deployed anew", async () => {
    await stack.up();
    assert.equal(await redis("get", "kept"), "yes");
  });
});
