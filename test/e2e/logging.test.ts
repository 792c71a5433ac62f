import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import Docker from "dockerode";
import { chattyServer, count, say } from "../support/chattyServer";
import { describeWithDocker } from "../support/docker";
import { eventually } from "../support/eventually";
import { removeFolders } from "../support/folder";
import { ELASTIC_VERSION, needLogImages } from "../support/logImages";
import { assertAllArrived, findLines, type Line } from "../support/logSearch";
import { freePort, TestStack } from "../support/stack";

const SERVICES = ["elasticsearch", "logstash", "kibana", "log-shipper"];

describeWithDocker("Logs of a Docker stack on a real engine", function () {
  this.timeout(400_000);
  const docker = new Docker();
  let stack: TestStack;
  let ports: { server: number; elasticsearch: number; kibana: number; shipper: number };
  let said = 0;

  const containerOf = (name: string) => docker.getContainer(`mcp-${stack.name}-${name}`);
  const variables = async (name: string) => {
    const { Env } = (await containerOf(name).inspect()).Config;
    return Object.fromEntries(Env.map((entry) => entry.split(/=(.*)/s) as [string, string]));
  };

  /** An answer of Elasticsearch, as its superuser unless somebody else is named. */
  const ask = async (path: string, body?: object, who?: string): Promise<{ status: number; body: unknown }> => {
    const user = who ?? `elastic:${(await variables("elasticsearch")).ELASTIC_PASSWORD}`;
    const answer = await fetch(`http://127.0.0.1:${ports.elasticsearch}${path}`, {
      method: body ? "POST" : "GET",
      headers: {
        "content-type": "application/json",
        ...(user && { authorization: `Basic ${Buffer.from(user).toString("base64")}` }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };

  const found = (query: object): Promise<Line[]> => findLines(ask, query);

  /** Writes numbered lines and remembers the last number. */
  const counted = async (lines: number, size = 0) => {
    await count(ports.server, said + 1, said + lines, size);
    said += lines;
  };

  const allArrived = () => eventually(() => assertAllArrived(ask, said), 120_000);

  const configured = (): Parameters<TestStack["configure"]> => [
    [{ name: "chatty", source: chattyServer(), transport: "http", port: ports.server }],
    {
      "mcp:target": "docker",
      "mcp:services": [{ name: "redis", kind: "redis" }],
      "mcp:logging": {
        version: ELASTIC_VERSION,
        // This distribution of Elasticsearch has no lifecycles of indices.
        retentionDays: 0,
        elasticsearch: { port: ports.elasticsearch },
        kibana: { port: ports.kibana },
        shipper: { port: ports.shipper },
      },
    },
  ];

  before("images of the stack of logs", function () {
    return needLogImages(this);
  });
  before(async () => {
    const [server = 0, elasticsearch = 0, kibana = 0, shipper = 0] = await Promise.all([1, 2, 3, 4].map(freePort));
    ports = { server, elasticsearch, kibana, shipper };
    stack = new TestStack(...configured());
  });
  after(async () => {
    if (!stack) return;
    await stack.destroy();
    for (const name of [...SERVICES.map((service) => `${service}-data`), "redis-data", "chatty-logs"]) {
      await docker.getVolume(`mcp-${stack.name}-${name}`).remove();
    }
    removeFolders();
  });

  it("starts them one after the other, each once the one before is ready", async () => {
    await stack.up();
    const started = await Promise.all(
      ["elasticsearch", "logstash", "log-shipper"].map(
        async (name) => (await containerOf(name).inspect()).State.StartedAt,
      ),
    );
    assert.deepEqual(started, [...started].sort());
    const shown = await fetch(`http://127.0.0.1:${ports.kibana}/`, { redirect: "manual" });
    assert.equal(shown.status, 302);
  });

  it("lines of JSON become fields, all others stay messages", async () => {
    const full = {
      timestamp: "2026-11-24T12:00:00.123Z",
      level: "WARNING",
      logger: "mcp.server",
      message: "tools/call failed",
      request_id: "r-1",
      method: "tools/call",
      tool: "forecast",
      duration_seconds: 0.25,
      outcome: "error",
      error_type: "tool_error",
      city: { name: "Bern" },
    };
    const long = "long ".repeat(8_000);
    const odd = { level: 30, msg: "as pino writes", duration_seconds: "quick" };
    await say(ports.server, JSON.stringify(full), "plain words", "{broken", "[1]", long, JSON.stringify(odd));
    let lines: Line[] = [];
    await eventually(async () => {
      lines = (await found({ match_all: {} })).filter(({ message }) => message !== "listening");
      assert.equal(lines.length, 6);
    });
    const { city, ...fields } = full;
    const common = ({ message, "@timestamp": time, offset, container, stack: of, ...others }: Line) => {
      assert.ok(Math.abs(Date.parse(time as string) - Date.now()) < 60_000);
      assert.equal(of, stack.name);
      assert.match(container as string, /^[0-9a-f]{12}$/);
      assert.equal(typeof offset, "number");
      return { message, ...others };
    };
    const from = { server: "chatty", stream: "stdout" };
    assert.deepEqual(lines.map(common), [
      { ...from, ...fields, fields: { city } },
      { ...from, message: "plain words" },
      { ...from, message: "{broken" },
      { ...from, message: "[1]" },
      { ...from, message: long },
      { ...from, message: "as pino writes", fields: { level: 30, duration_seconds: "quick" } },
    ]);
  });

  it("makes the index that the template describes", async () => {
    const [index] = Object.values(
      (await ask("/mcp-logs-*")).body as Record<
        string,
        { mappings: { dynamic: string; properties: Record<string, { type: string }> } }
      >,
    );
    assert.equal(index?.mappings.dynamic, "false");
    const types = Object.entries(index.mappings.properties).map(([name, { type }]) => `${name}: ${type}`);
    assert.deepEqual(types.sort(), [
      "@timestamp: date",
      "container: keyword",
      "duration_seconds: double",
      "error_type: keyword",
      "fields: flattened",
      "level: keyword",
      "logger: keyword",
      "message: text",
      "method: keyword",
      "namespace: keyword",
      "offset: long",
      "outcome: keyword",
      "pod: keyword",
      "request_id: keyword",
      "server: keyword",
      "stack: keyword",
      "stream: keyword",
      "timestamp: date",
      "tool: keyword",
    ]);
  });

  it("takes the logs of the stack's servers alone", async () => {
    const query = { size: 0, aggs: { servers: { terms: { field: "server" } } } };
    const { body } = await ask("/mcp-logs-*/_search", query);
    const { buckets } = (body as { aggregations: { servers: { buckets: { key: string }[] } } }).aggregations.servers;
    assert.deepEqual(
      buckets.map(({ key }) => key),
      ["chatty"],
    );
  });

  it("asks who reads and who writes, and gives each what it needs", async () => {
    assert.equal((await ask("/mcp-logs-*/_search", undefined, "")).status, 401);
    const { ELASTICSEARCH_PASSWORD } = await variables("logstash");
    const writer = `mcp-logs-writer:${ELASTICSEARCH_PASSWORD}`;
    assert.equal((await ask("/mcp-logs-*/_search", undefined, writer)).status, 403);
    assert.equal((await ask("/other/_doc", { a: 1 }, writer)).status, 403);
  });

  it("lets nobody but the shipper write lines of a server", async () => {
    const send = `fetch("http://logstash:4318/v1/logs", { method: "POST", body: "{}" }).then(({ status }) => console.log(status))`;
    const exec = await containerOf("chatty").exec({
      Cmd: ["node", "-e", send],
      AttachStdout: true,
      AttachStderr: true,
    });
    const output: Buffer[] = [];
    for await (const chunk of await exec.start({})) output.push((chunk as Buffer).subarray(8));
    assert.equal(Buffer.concat(output).toString().trim(), "401");
  });

  it("gives Kibana a view of the logs", async () => {
    const { ELASTIC_PASSWORD } = await variables("elasticsearch");
    const answer = await fetch(`http://127.0.0.1:${ports.kibana}/api/data_views/data_view/mcp-logs`, {
      headers: { authorization: `Basic ${Buffer.from(`elastic:${ELASTIC_PASSWORD}`).toString("base64")}` },
    });
    assert.deepEqual(await answer.json(), {
      data_view: { id: "mcp-logs", title: "mcp-logs-*", name: "MCP servers", timeFieldName: "@timestamp" },
    });
  });

  it("changes nothing when nothing changed, refreshed or not", async () => {
    for (const operation of [stack.up, stack.refresh, stack.up]) {
      const { changes } = await operation();
      assert.deepEqual(Object.keys(changes), ["same"]);
    }
  });

  it("loses no line when the shipper is killed while lines are written", async () => {
    const { State } = await containerOf("log-shipper").inspect();
    for (let round = 0; round < 10; round++) {
      await counted(500);
      if (round === 4) process.kill(State.Pid, "SIGKILL");
    }
    await eventually(async () => {
      const { State: now } = await containerOf("log-shipper").inspect();
      assert.ok(now.Running && now.Pid !== State.Pid);
    });
    await counted(500);
    await allArrived();
  });

  it("loses no line when the shipper is stopped and started again", async () => {
    await counted(300);
    await containerOf("log-shipper").stop();
    await counted(300);
    await containerOf("log-shipper").start();
    await counted(300);
    await allArrived();
  });

  it("loses no line when all begin without Elasticsearch", async () => {
    for (const name of ["log-shipper", "logstash", "elasticsearch"]) await containerOf(name).stop({ t: 5 });
    await counted(1_000);
    await containerOf("log-shipper").start();
    await counted(1_000);
    await containerOf("logstash").start();
    await counted(1_000);
    await containerOf("elasticsearch").start();
    await counted(100);
    await allArrived();
  });

  it("loses no line when the engine rotates the log file, also while the shipper is down", async () => {
    const { LogPath } = (await containerOf("chatty").inspect()) as unknown as { LogPath: string };
    for (let round = 0; round < 6; round++) await counted(1_000, 2_000);
    await containerOf("log-shipper").stop();
    for (let round = 0; round < 6; round++) await counted(1_000, 2_000);
    await containerOf("log-shipper").start();
    // Where the engine is on this machine, and the test may look.
    if (existsSync(LogPath)) assert.ok(existsSync(`${LogPath}.2`), "the file has been rotated twice");
    await allArrived();
  });

  it("keeps the containers hardened, as the CIS Docker Benchmark asks", async () => {
    for (const name of SERVICES) {
      const { HostConfig: host, NetworkSettings, Mounts, Config } = await containerOf(name).inspect();
      assert.deepEqual(host.CapDrop, ["ALL"], name);
      assert.ok(!host.CapAdd?.length, name);
      assert.equal(host.ReadonlyRootfs, name !== "logstash", name);
      assert.deepEqual(host.SecurityOpt, ["no-new-privileges:true"], name);
      assert.equal(host.PidsLimit, 256, name);
      assert.ok((host.Memory ?? 0) > 0 && (host.NanoCpus ?? 0) > 0, name);
      for (const bindings of Object.values(NetworkSettings.Ports)) {
        for (const { HostIp } of bindings ?? []) assert.equal(HostIp, "127.0.0.1", name);
      }
      const isShipper = name === "log-shipper";
      assert.deepEqual(
        Mounts.filter(({ Type }) => Type === "bind").map(({ Destination, RW }) => [Destination, RW]),
        isShipper ? [["/var/log/containers", false]] : [],
      );
      assert.equal(Config.User, isShipper ? "0:0" : "1000:0", name);
    }
  });

  it("shows passwords nowhere but where the engine must hold them", async () => {
    const secrets = [
      (await variables("elasticsearch")).ELASTIC_PASSWORD,
      (await variables("logstash")).ELASTICSEARCH_PASSWORD,
      (await variables("logstash")).SHIPPER_PASSWORD,
    ];
    const state = await stack.state();
    for (const secret of secrets) {
      assert.equal(secret?.length, 32);
      assert.ok(!state.includes(secret));
      for (const name of SERVICES) {
        const inspected = await containerOf(name).inspect();
        const { Env, ...config } = inspected.Config;
        assert.ok(!JSON.stringify({ ...inspected, Config: config }).includes(secret), name);
        const { Processes } = await containerOf(name).top();
        assert.ok(!JSON.stringify(Processes).includes(secret), name);
        const logs = await containerOf(name).logs({ stdout: true, stderr: true });
        assert.ok(!logs.toString().includes(secret), name);
      }
    }
  });

  it("keeps the logs when the stack is destroyed, and finds them again with new passwords", async () => {
    const before = (await variables("elasticsearch")).ELASTIC_PASSWORD;
    await stack.destroy();
    await stack.up();
    assert.notEqual((await variables("elasticsearch")).ELASTIC_PASSWORD, before);
    // Its new container writes a log of its own.
    await counted(100);
    await allArrived();
  });
});
