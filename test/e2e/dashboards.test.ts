import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { alertmanagerConfig, dashboards, prometheusConfig, rulesYaml } from "../../components/monitoring";
import { type DashboardQuery, dashboardQueries } from "../support/dashboardQueries";
import { eventually } from "../support/eventually";
import { type ExampleServer, endRunning, exampleCommand, startExample } from "../support/exampleServer";
import { makeFolder, removeFolders } from "../support/folder";
import { traffic } from "../support/mcpTraffic";
import {
  ask,
  type Programs,
  prometheusPrograms,
  type Series,
  startAlertmanager,
  startPrometheus,
} from "../support/prometheus";
import { freePort } from "../support/stack";

const NAMES = ["python-server", "node-server"] as const;
const SCRAPE_SECONDS = 1;
const TRAFFIC_SECONDS = 12;

/** What Alertmanager posts to a webhook. */
interface Notification {
  status: string;
  groupLabels: { [label: string]: string };
  alerts: { labels: { [label: string]: string }; annotations: { [name: string]: string } }[];
}

describe("dashboards and alerts, with a real Prometheus and real servers", function () {
  this.timeout(180_000);
  const servers = new Map<string, ExampleServer>();
  const told: Notification[] = [];
  let programs: Programs;
  let webhook: Server;
  let prometheus: string;
  let started: number;

  before(async function () {
    this.timeout(600_000);
    try {
      programs = prometheusPrograms();
    } catch (error) {
      if (process.env.CI) throw error;
      console.log(`      skipped: there is no Prometheus, and no Debian package of it (${(error as Error).message})`);
      this.skip();
    }
    for (const name of NAMES) servers.set(name, await startExample(await exampleCommand(name)));
    webhook = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      told.push(JSON.parse(body));
      response.end();
    }).listen(0, "127.0.0.1");
    await once(webhook, "listening");

    const alertmanager = `127.0.0.1:${await freePort()}`;
    const monitored = [...servers].map(([name, { metricsUrl }]) => ({
      name,
      metricsHost: "127.0.0.1",
      metricsPort: Number(new URL(metricsUrl).port),
      memoryLimit: "512Mi",
    }));
    const { config } = alertmanagerConfig({
      receivers: [{ name: "hook", webhook: { url: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}` } }],
      groupWait: "1s",
      groupInterval: "1s",
    });
    const folder = makeFolder({
      "rules.yml": rulesYaml({ servers: monitored, thresholds: { downFor: "4s", noReadyReplicaFor: "8s" } }),
      "prometheus.yml": prometheusConfig({
        servers: monitored,
        scrapeInterval: `${SCRAPE_SECONDS}s`,
        ruleFiles: ["rules.yml"],
        alertmanagers: [alertmanager],
      }),
      "alertmanager.yml": config,
    });
    await startAlertmanager(programs, path.join(folder, "alertmanager.yml"), alertmanager);
    prometheus = (await startPrometheus(programs, path.join(folder, "prometheus.yml"))).url;
    started = Date.now() / 1000;
    // Every series has to be there twice before it has a rate.
    await Promise.all([...servers.values()].map(({ url }) => traffic(url, TRAFFIC_SECONDS)));
  });

  after(async () => {
    await endRunning();
    webhook?.close();
    removeFolders();
  });

  it("reads the metrics of all servers, under the labels that rules and dashboards go by", async () => {
    assert.equal((await ask(prometheus, "up")).length, NAMES.length);
    for (const [server, { metricsUrl }] of servers) {
      const [up] = await ask(prometheus, `up{server="${server}"}`);
      const instance = new URL(metricsUrl).host;
      assert.deepEqual(up?.labels, { __name__: "up", job: "mcp", server, instance });
      assert.equal(up?.values[0]?.[1], 1);
    }
  });

  for (const { title, uid, json } of dashboards({ scrapeInterval: `${SCRAPE_SECONDS}s` })) {
    for (const server of uid === "mcp-server" ? NAMES : [undefined]) {
      it(`"${title}" has no query${server ? ` of ${server}` : ""} without an answer`, async () => {
        const variables = { __rate_interval: "5s", __range: "1m", ...(server && { server }) };
        const queries = dashboardQueries(json, variables);
        assert.ok(queries.length >= 19, `only ${queries.length} queries`);
        const empty: DashboardQuery[] = [];
        for (const query of queries) {
          const range = { start: started, end: Date.now() / 1000, step: SCRAPE_SECONDS };
          const series = await ask(prometheus, query.expr, query.instant ? undefined : range);
          if (isEmpty(series)) empty.push(query);
        }
        // These servers run in no container; monitoring.test.ts has some that do.
        const ofContainers = queries.filter(({ expr }) => expr.includes("mcp_container_cpu_throttled"));
        assert.deepEqual(empty, ofContainers);
      });
    }
  }

  it("does notice a query without an answer, or with one that says nothing", async () => {
    for (const expr of [`mcp_requests_total{server="another"}`, "vector(0) / 0", "vector(1) > 1"]) {
      assert.equal(isEmpty(await ask(prometheus, expr)), true, expr);
    }
    assert.equal(isEmpty(await ask(prometheus, "vector(0)")), false);
  });

  it("shows tools, methods and kinds of errors by their names", async () => {
    const labelled = async (expr: string, label: string) =>
      (await ask(prometheus, expr)).map(({ labels }) => labels[label]).sort();
    for (const server of NAMES) {
      const endpoints = await labelled(`mcp_requests_total{server="${server}",method="tools/call"}`, "endpoint");
      assert.deepEqual(endpoints, ["containerized_tool", "greet", "health_check", "unknown"]);
      const types = await labelled(`mcp_request_errors_by_type_total{server="${server}"}`, "error_type");
      assert.deepEqual(types, server === "python-server" ? ["tool_error"] : ["-32602", "tool_error"]);
    }
    const limits = await ask(prometheus, "mcp_server_memory_limit_bytes");
    assert.deepEqual(
      limits.map(({ values }) => values[0]?.[1]),
      [512 * 1024 ** 2, 512 * 1024 ** 2],
    );
  });

  it("tells a webhook that a server is down, then that none of its instances answers, and nothing of the other", async () => {
    const isDown = ({ groupLabels }: Notification) =>
      /McpServer(Down|NoReadyReplica)/.test(groupLabels.alertname ?? "");
    assert.deepEqual(told.filter(isDown), []);
    const stopped = servers.get("node-server");
    assert.ok(stopped);
    stopped.process.kill("SIGKILL");
    const names = () => [
      ...new Set(told.filter(isDown).map(({ status, groupLabels }) => `${status} ${groupLabels.alertname}`)),
    ];
    await eventually(async () => assert.equal(names()[0], "firing McpServerDown"));
    await eventually(async () => assert.deepEqual(names(), ["firing McpServerDown", "firing McpServerNoReadyReplica"]));
    const instance = new URL(stopped.metricsUrl).host;
    const [first, ...others] = told.filter(isDown);
    assert.deepEqual(
      first?.alerts.map(({ labels, annotations }) => ({ labels, annotations })),
      [
        {
          labels: { alertname: "McpServerDown", job: "mcp", server: "node-server", instance, severity: "warning" },
          annotations: {
            summary: `MCP server node-server is down at ${instance}`,
            description: "Its metrics have been unreachable for 4s. Of this server's instances, 0 of 1 still answer.",
            runbook_url: "docs/runbooks/McpServerDown.md",
          },
        },
      ],
    );
    for (const { groupLabels } of others) assert.equal(groupLabels.server, "node-server");
    const count = await ask(prometheus, 'count(ALERTS{alertname=~"Mcp.+",alertstate="firing",server="node-server"})');
    assert.ok(Number(count[0]?.values[0]?.[1]) >= 2);
  });
});

/** Whether an answer holds no number. What is divided by nothing is an answer, too, but says nothing. */
const isEmpty = (series: Series[]): boolean =>
  !series.some(({ values }) => values.some(([, value]) => Number.isFinite(value)));
