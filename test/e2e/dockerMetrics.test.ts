import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { metricsReader } from "../../cli/status/dockerMetrics";
import { describeWithDocker, docker, removeDockerObjects } from "../support/docker";
import { eventually } from "../support/eventually";

const PAGE = "mcp_requests_total 5\n";
const SERVE = `require("node:http").createServer((_, response) => response.end(${JSON.stringify(PAGE)})).listen(process.env.METRICS_PORT ?? 8000)`;
const SILENT = "setInterval(() => {}, 1000)";

describeWithDocker(
  "metrics of a container",
  function () {
    this.timeout(60_000);
    const name = `test-metrics-${randomBytes(3).toString("hex")}`;
    before(() => docker().createNetwork({ Name: name }));
    after(() => removeDockerObjects(name));

    /** A function that reads the metrics of a container of its own. */
    async function reader(suffix: string, script: string, ...Env: string[]): Promise<() => Promise<string>> {
      const engine = docker();
      const container = await engine.createContainer({
        name: `${name}-${suffix}`,
        Image: "node:22-slim",
        Entrypoint: ["/usr/local/bin/node", "-e", script],
        Env,
        HostConfig: { NetworkMode: name, Init: true },
      });
      await container.start();
      return metricsReader(engine, await container.inspect());
    }

    it("are read from inside, on the port that it was told, whatever its interpreter loads beside the server", async () => {
      const loaded = "--import=data:text/javascript,console.log(%22loaded%22)";
      const env = ["METRICS_PORT=9100", `NODE_OPTIONS=${loaded}`];
      const read = await reader("inside", SERVE, ...env);
      await eventually(async () => assert.equal(await read(), PAGE));
    });

    it("are read by the container's address where no program can be run in it", async () => {
      const read = await reader("bare", SERVE, "PATH=/nowhere");
      await eventually(async () => assert.equal(await read(), PAGE));
    });

    it("are missing where nothing listens", async () => {
      const read = await reader("silent", SILENT);
      await assert.rejects(read(), new Error("nothing listens on port 8000"));
    });
  },
  ["node:22-slim"],
);
