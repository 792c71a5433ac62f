import assert from "node:assert/strict";
import path from "node:path";
import Docker from "dockerode";
import { dashboards } from "../../components/monitoring";
import { dashboardQueries } from "../support/dashboardQueries";
import { describeWithDocker } from "../support/docker";
import { eventually } from "../support/eventually";
import { removeFolders } from "../support/folder";
import { callTool } from "../support/mcpClient";
import { HOOK, IMAGES, plainServer } from "../support/monitoredStack";
import { example, freePort, TestStack } from "../support/stack";

/** Two looks at what changes all the time. */
const near = (found: number, expected: number): void =>
  assert.ok(Math.abs(found - expected) <= 0.2 * expected, `${found} is not about ${expected}`);

describeWithDocker(
  "Monitoring of a Docker stack on a real engine",
  function () {
    this.timeout(300_000);
    const docker = new Docker();
    let stack: TestStack;
    let prometheus: number;
    let configured: (retention: string) => Parameters<TestStack["configure"]>;

    const containerOf = (name: string) => docker.getContainer(`mcp-${stack.name}-${name}`);
    // biome-ignore lint/suspicious/noExplicitAny: an answer of Prometheus, each with a shape of its own
    const ask = async (question: string): Promise<any> => {
      const answer = await fetch(`http://127.0.0.1:${prometheus}/api/v1/${question}`);
      return ((await answer.json()) as { data: unknown }).data;
    };
    const query = async (text: string): Promise<string | undefined> =>
      (await ask(`query?query=${encodeURIComponent(text)}`)).result[0]?.value[1];

    before(async () => {
      const plain = plainServer();
      const [one, two, alerts] = [await freePort(), await freePort(), await freePort()];
      prometheus = await freePort();
      configured = (retention) => [
        [
          { name: "plain", source: plain, port: one },
          { name: "node-server", source: path.resolve(example("node-server")), port: two },
        ],
        {
          "mcp:target": "docker",
          "mcp:services": [HOOK],
          "mcp:monitoring": {
            prometheus: { image: IMAGES.prometheus, port: prometheus, scrapeInterval: "1s", retention },
            alertmanager: {
              image: IMAGES.alertmanager,
              port: alerts,
              receivers: [{ name: "test", webhook: { urlSecret: "HOOK_URL" } }],
            },
            grafana: { enabled: false },
            thresholds: { downFor: "2s", noReadyReplicaFor: "1h" },
          },
        },
      ];
      stack = new TestStack(...configured("15d"));
      await stack.secret("HOOK_URL", "http://hook:9000/");
    });
    after(async () => {
      await stack.destroy();
      for (const name of ["plain-logs", "node-server-logs", "prometheus-data", "alertmanager-data"]) {
        await docker.getVolume(`mcp-${stack.name}-${name}`).remove();
      }
      removeFolders();
    });

    it("reads the metrics of every server, of one whose code knows nothing of them, too", async () => {
      await stack.up();
      const { plain } = await stack.servers();
      assert.ok(plain);
      assert.equal(await callTool(plain, "double", { number: 21 }), "42");
      await eventually(async () => {
        const { activeTargets } = await ask("targets?state=active");
        const found = activeTargets.map(({ labels, health }: { labels: object; health: string }) => [labels, health]);
        assert.deepEqual(found.sort(), [
          [{ instance: "node-server:8000", job: "mcp", server: "node-server" }, "up"],
          [{ instance: "plain:8000", job: "mcp", server: "plain" }, "up"],
        ]);
      });
      await eventually(async () => {
        const calls = 'sum(mcp_requests_total{server="plain",method="tools/call",endpoint="double"})';
        assert.equal(await query(calls), "1");
      });
    });

    it("measures the container of a server as the engine does, and shows it", async () => {
      const metric = async (name: string) => Number(await query(`mcp_container_${name}{server="plain"}`));
      const { memory_stats, cpu_stats, pids_stats } = await containerOf("plain").stats({ stream: false });
      // Of both versions of cgroups; a stat of the one is no stat of the other.
      const { total_inactive_file, inactive_file } = memory_stats.stats as { [stat: string]: number };
      const workingSet = memory_stats.usage - (total_inactive_file ?? inactive_file ?? 0);
      near(await metric("memory_working_set_bytes"), workingSet);
      assert.equal(await metric("memory_limit_bytes"), 512 * 1024 ** 2);
      near(await metric("cpu_seconds_total"), cpu_stats.cpu_usage.total_usage / 1e9);
      assert.ok((await metric("cpu_throttled_seconds_total")) >= 0);
      assert.equal(await metric("oom_kills_total"), 0);
      near(await metric("pids"), pids_stats?.current ?? 0);

      const [, json = ""] = dashboards().map((dashboard) => dashboard.json);
      const variables = { server: "plain", __rate_interval: "10s", __range: "1m" };
      const queries = dashboardQueries(json, variables).filter(({ expr }) => expr.includes("mcp_container_"));
      assert.deepEqual([...new Set(queries.map(({ panel }) => panel))], ["CPU", "Memory"]);
      for (const { expr } of queries) assert.ok(Number.isFinite(Number(await query(expr))), expr);
    });

    it("has the rules, and changes nothing when nothing changed", async () => {
      const { groups } = await ask("rules?type=alert");
      assert.deepEqual(
        groups.flatMap(({ rules }: { rules: { name: string }[] }) => rules.map(({ name }) => name)).sort(),
        [
          "McpErrorRatioHigh",
          "McpLatencyHigh",
          "McpMemoryNearLimit",
          "McpMetricsMissing",
          "McpServerDown",
          "McpServerNoReadyReplica",
          "McpServerRestarts",
          "McpSessionGrowth",
        ],
      );
      for (const operation of [stack.preview, stack.refresh, stack.up]) {
        assert.deepEqual(Object.keys((await operation()).changes), ["same"]);
      }
    });

    it("shows no secret of a receiver, and runs hardened", async () => {
      const { Config, HostConfig } = await containerOf("prometheus").inspect();
      assert.equal(HostConfig.ReadonlyRootfs, true);
      assert.deepEqual(HostConfig.CapDrop, ["ALL"]);
      assert.notEqual(Config.User, "");
      const state = await stack.state();
      assert.ok(!state.includes("http://hook:9000/"));
    });

    it("tells the receiver of a server that is down", async () => {
      await containerOf("plain").stop();
      await eventually(async () => {
        const logs = (await containerOf("hook").logs({ stdout: true })).toString();
        assert.match(logs, /"status":"firing".*"alertname":"McpServerDown".*"server":"plain"/s);
      }, 60_000);
      await containerOf("plain").start();
    });

    it("keeps its data when its settings change", async () => {
      stack.configure(...configured("20d"));
      await stack.secret("HOOK_URL", "http://hook:9000/");
      const { changes } = await stack.up();
      assert.equal(changes.replace, 1);
      await eventually(async () => {
        assert.equal(await query('count(max_over_time(mcp_requests_total{endpoint="double"}[1h]))'), "1");
      });
    });
  },
  ["node:22-slim", IMAGES.prometheus, IMAGES.alertmanager],
);
