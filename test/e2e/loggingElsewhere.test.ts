import assert from "node:assert/strict";
import Docker from "dockerode";
import { chattyServer, count, say } from "../support/chattyServer";
import { describeWithDocker, removeDockerObjects } from "../support/docker";
import { eventually } from "../support/eventually";
import { removeFolders } from "../support/folder";
import { COLLECTOR_IMAGE, ELASTIC_VERSION, needLogImages } from "../support/logImages";
import { freePort, TestStack } from "../support/stack";

/** Takes OTLP and prints every record. */
const COLLECTOR = {
  name: "sink",
  image: COLLECTOR_IMAGE,
  command: [
    "--config=yaml:receivers::otlp::protocols::http::endpoint: 0.0.0.0:4318",
    "--config=yaml:exporters::debug::verbosity: detailed",
    "--config=yaml:service::pipelines::logs::receivers: [otlp]",
    "--config=yaml:service::pipelines::logs::exporters: [debug]",
  ],
  // Its image has no other command.
  health: ["/otelcol-contrib", "components"],
};

/** Takes what comes by HTTP and prints its path and headers, and whether the body names a line. */
const RECORDER = `require("http").createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = require("zlib").gunzipSync(Buffer.concat(parts)).toString("latin1");
    console.log(JSON.stringify({ path: request.url, headers: request.headers, hasLine: body.includes("for Loki") }));
    response.end();
  });
}).listen(3100)`;

/** Elasticsearch allots no indices to a disk that is fuller than its own limits, in percent, allow. */
const WATERMARK = "cluster.routing.allocation.disk.watermark";

describeWithDocker(
  "Logs of a Docker stack that go elsewhere",
  function () {
    this.timeout(300_000);
    const docker = new Docker();
    const stacks: TestStack[] = [];

    const printed = async (stack: TestStack, name: string) => {
      const log = await docker.getContainer(`mcp-${stack.name}-${name}`).logs({ stdout: true, stderr: true });
      return log.toString();
    };

    /** A stack with one server, whose logs go to a service of the stack. */
    async function start(
      service: object,
      destination: object,
      secrets: Record<string, string> = {},
      more: object = {},
    ) {
      const port = await freePort();
      const stack = new TestStack([{ name: "chatty", source: chattyServer(), transport: "http", port }], {
        "mcp:target": "docker",
        "mcp:services": [service],
        "mcp:logging": { shipper: { port: await freePort() }, destination, ...more },
      });
      stacks.push(stack);
      for (const [name, value] of Object.entries(secrets)) await stack.secret(name, value);
      await stack.up();
      return { stack, port };
    }

    before("images of the stack of logs", function () {
      return needLogImages(this, ["elasticsearch", "logstash", "collector"]);
    });
    after(async () => {
      for (const stack of stacks) {
        await stack.destroy();
        await removeDockerObjects(`mcp-${stack.name}-`);
      }
      removeFolders();
    });

    it("reach an endpoint of OTLP as the conventions of OpenTelemetry have them, once it can be reached", async () => {
      const { stack, port } = await start(COLLECTOR, { otlp: { url: "http://sink:4318" } });
      const sink = docker.getContainer(`mcp-${stack.name}-sink`);
      const line = { level: "WARNING", message: "tools/call failed", tool: "forecast", duration_seconds: 0.25 };
      await say(port, JSON.stringify(line));
      await eventually(async () => assert.match(await printed(stack, "sink"), /Body: Str\(tools\/call failed\)/));
      const records = await printed(stack, "sink");
      for (const expected of [
        "-> service.name: Str(chatty)",
        `-> deployment.environment.name: Str(${stack.name})`,
        "SeverityText: WARNING",
        "SeverityNumber: Warn(13)",
        "-> tool: Str(forecast)",
        "-> duration_seconds: Double(0.25)",
        "-> log.iostream: Str(stdout)",
      ]) {
        assert.ok(records.includes(expected), expected);
      }
      assert.match(records, /-> container\.id: Str\([0-9a-f]{12}\)/);
      assert.match(records, /-> log\.record\.uid: Str\([0-9a-f]{12}-\d{4}-[^)]*Z-\d+\)/);

      await sink.stop({ t: 1 });
      await count(port, 1, 2_000);
      await sink.start();
      await count(port, 2_001, 2_100);
      await eventually(async () => {
        const numbers = [...(await printed(stack, "sink")).matchAll(/-> request_id: Str\((\d+)\)/g)].map(
          ([, at]) => at,
        );
        assert.equal(new Set(numbers).size, 2_100);
      }, 60_000);
      assert.deepEqual(Object.keys((await stack.up()).changes), ["same"]);
    });

    it("reach an Elasticsearch that is there already, by way of Logstash", async () => {
      const elasticsearch = await freePort();
      const settings = ["discovery.type=single-node", "network.host=0.0.0.0", "xpack.security.enabled=false"];
      const limits = ["low=3mb", "high=2mb", "flood_stage=1mb"].map((limit) => `${WATERMARK}.${limit}`);
      const service = {
        name: "es",
        image: `docker.elastic.co/elasticsearch/elasticsearch:${ELASTIC_VERSION}`,
        command: ["elasticsearch", ...[...settings, ...limits].map((setting) => `-E${setting}`)],
        health: ["curl", "-fsS", "http://127.0.0.1:9200/_cluster/health"],
        publish: elasticsearch,
        internalPort: 9200,
        writable: true,
        memoryLimit: "1536Mi",
        cpuLimit: 2,
      };
      const destination = { elasticsearch: { url: "http://es:9200", setup: false } };
      const { stack, port } = await start(service, destination, {}, { version: ELASTIC_VERSION, index: "theirs" });
      await say(port, "a line for Elasticsearch");
      await eventually(async () => {
        const answer = await fetch(`http://127.0.0.1:${elasticsearch}/theirs-*/_search?q=message:Elasticsearch`);
        const { hits } = (await answer.json()) as { hits: { hits: { _source: Record<string, unknown> }[] } };
        const { message, server, stack: of } = hits.hits[0]?._source ?? {};
        assert.deepEqual([message, server, of], ["a line for Elasticsearch", "chatty", stack.name]);
      }, 60_000);
    });

    it("reach Loki under its tenant, as its user", async () => {
      const service = { name: "loki", image: "node:22-slim", command: ["node", "-e", RECORDER] };
      const { stack, port } = await start(
        service,
        { loki: { url: "http://loki:3100", tenant: "team", username: "me", passwordSecret: "LOKI_PASSWORD" } },
        { LOKI_PASSWORD: "canary-loki-password" },
      );
      await say(port, "a line for Loki");
      await eventually(async () => assert.match(await printed(stack, "loki"), /"hasLine":true/));
      const [, text = ""] = /(\{.*"hasLine":true\})/.exec(await printed(stack, "loki")) ?? [];
      const { path, headers } = JSON.parse(text);
      assert.equal(path, "/otlp/v1/logs");
      assert.equal(headers["x-scope-orgid"], "team");
      assert.equal(headers.authorization, `Basic ${Buffer.from("me:canary-loki-password").toString("base64")}`);
      assert.equal(headers["content-type"], "application/x-protobuf");
      assert.ok(!(await stack.state()).includes("canary-loki-password"));
    });
  },
  ["node:22-slim"],
);
