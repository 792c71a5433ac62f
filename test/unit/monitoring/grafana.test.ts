import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { parse } from "yaml";
import {
  type DashboardSettings,
  dashboards,
  grafanaDashboardProvider,
  grafanaDatasources,
} from "../../../components/monitoring";
import { dashboardQueries } from "../../support/dashboardQueries";
import { REPOSITORY } from "../../support/stack";

interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { type: string; uid: string };
  targets?: { legendFormat?: string }[];
  fieldConfig?: { defaults: { unit?: string; thresholds: { steps: { value: number | null; color: string }[] } } };
  options?: { content?: string; legend?: { showLegend: boolean } };
}

const built = (settings: DashboardSettings = {}) => dashboards(settings).map(({ json }) => JSON.parse(json));
const panelsOf = (index: number, settings?: DashboardSettings): Panel[] => built(settings)[index].panels;
const titled = (panels: Panel[], type: string): string[] =>
  panels.filter((panel) => panel.type === type).map(({ title }) => title);

describe("Grafana's provisioning", () => {
  it("names Prometheus as the default datasource, read as often as it is written", () => {
    assert.deepEqual(parse(grafanaDatasources({ prometheusUrl: "http://prometheus:9090", scrapeInterval: "5s" })), {
      apiVersion: 1,
      datasources: [
        {
          name: "Prometheus",
          uid: "mcp-prometheus",
          type: "prometheus",
          access: "proxy",
          url: "http://prometheus:9090",
          isDefault: true,
          editable: false,
          jsonData: { timeInterval: "5s", httpMethod: "POST" },
        },
      ],
    });
  });

  it("names the logs where there are some, with a password in which a $ is no variable", () => {
    const logs = { url: "http://elasticsearch:9200", username: "grafana", password: "a$b$$c" };
    const [, datasource] = parse(grafanaDatasources({ prometheusUrl: "http://p:9090", logs })).datasources;
    assert.deepEqual(datasource, {
      name: "Logs",
      uid: "mcp-logs",
      type: "elasticsearch",
      access: "proxy",
      url: "http://elasticsearch:9200",
      editable: false,
      basicAuth: true,
      basicAuthUser: "grafana",
      jsonData: { index: "mcp-logs-*", timeField: "@timestamp", logMessageField: "message", logLevelField: "level" },
      secureJsonData: { basicAuthPassword: "a$$b$$$$c" },
    });
  });

  it("reads the password of the logs from a file where it is told to", () => {
    const logs = { url: "http://e:9200", index: "logs-*", timeField: "time", passwordFile: "/run/secrets/elastic" };
    const [, datasource] = parse(grafanaDatasources({ prometheusUrl: "http://p:9090", logs })).datasources;
    assert.deepEqual(datasource.secureJsonData, { basicAuthPassword: "$__file{/run/secrets/elastic}" });
    assert.equal(datasource.jsonData.index, "logs-*");
    assert.equal(datasource.jsonData.timeField, "time");
  });

  it("reads the dashboards from a folder, and lets nobody change them there", () => {
    const provider = (path: string) => ({
      apiVersion: 1,
      providers: [
        {
          name: "mcp",
          folder: "MCP",
          folderUid: "mcp",
          type: "file",
          disableDeletion: true,
          allowUiUpdates: false,
          options: { path },
        },
      ],
    });
    assert.deepEqual(parse(grafanaDashboardProvider()), provider("/etc/grafana/dashboards"));
    assert.deepEqual(parse(grafanaDashboardProvider({ dashboardFolder: "/dashboards" })), provider("/dashboards"));
  });
});

describe("the dashboards", () => {
  it("have addresses that stay, and are numbered by nobody else", () => {
    assert.deepEqual(
      dashboards().map(({ file, uid, title }) => ({ file, uid, title })),
      [
        { file: "mcp-fleet.json", uid: "mcp-fleet", title: "MCP fleet overview" },
        { file: "mcp-server.json", uid: "mcp-server", title: "MCP server" },
      ],
    );
    for (const dashboard of built()) {
      assert.ok(!("id" in dashboard));
      assert.deepEqual(
        dashboard.panels.map(({ id }: Panel) => id),
        dashboard.panels.map((_: Panel, index: number) => index + 1),
      );
    }
  });

  it("are a stack's own where it shares Prometheus and Grafana with others", () => {
    const files = dashboards({ labels: { namespace: "mcp-prod" } });
    assert.deepEqual(
      files.map(({ uid, title }) => ({ uid, title })),
      [
        { uid: "mcp-fleet-6202be2b", title: "MCP fleet overview (mcp-prod)" },
        { uid: "mcp-server-6202be2b", title: "MCP server (mcp-prod)" },
      ],
    );
    assert.match(files[0]?.json ?? "", /"\/d\/mcp-server-6202be2b\?var-server=/);
    for (const { json } of files) {
      for (const { expr } of dashboardQueries(json, { server: "weather", __rate_interval: "1m", __range: "1h" })) {
        const series = expr.match(/\b(up|ALERTS|mcp_\w+|process_\w+)\{[^}]*\}/g) ?? [];
        assert.ok(
          series.length > 0 && !/\b(up|mcp_\w+|process_\w+)\b(?![{\w])/.test(expr.replace(/\{[^}]*\}/g, "{}")),
          expr,
        );
        for (const one of series) assert.ok(one.includes('namespace="mcp-prod"'), expr);
      }
    }
  });

  it("are the same each time", () => {
    assert.deepEqual(dashboards({ logs: {} }), dashboards({ logs: {} }));
  });

  it("show all servers at a glance, and each in a line of its own", () => {
    const panels = panelsOf(0);
    assert.deepEqual(titled(panels, "stat"), [
      "Servers that answer",
      "Servers that don't",
      "Alerts",
      "Requests",
      "Errors",
      "Tool calls, p95",
    ]);
    assert.deepEqual(titled(panels, "table"), ["Servers"]);
    assert.deepEqual(titled(panels, "timeseries"), [
      "Requests",
      "Errors",
      "Tool calls, p95",
      "Active connections",
      "CPU",
      "Memory of the limit",
    ]);
    const table = panels.find(({ type }) => type === "table");
    assert.match(JSON.stringify(table), /\/d\/mcp-server\?var-server=\$\{__value\.raw\}&\$\{__url_time_range\}/);
  });

  it("show one server, by tool and by instance", () => {
    const panels = panelsOf(1);
    assert.deepEqual(titled(panels, "row"), ["Traffic", "Duration", "Resources", "Logs"]);
    assert.deepEqual(titled(panels, "timeseries"), [
      "Requests by method",
      "Calls by tool",
      "Errors",
      "Failed calls by tool",
      "Errors by type",
      "All tool calls",
      "p50 by tool",
      "p95 by tool",
      "Active connections",
      "CPU",
      "Memory",
      "Uptime",
    ]);
    const queries = dashboardQueries(JSON.stringify(built()[1]), {
      server: "weather",
      __rate_interval: "1m",
      __range: "1h",
    });
    assert.equal(queries[0]?.expr, 'up{job="mcp"}');
    for (const { expr } of queries.slice(1)) assert.ok(expr.includes('server="weather"'), expr);
    const p95 = queries.filter(({ panel }) => panel === "p95 by tool").map(({ expr }) => expr);
    assert.deepEqual(p95, [
      'histogram_quantile(0.95, sum by (le, endpoint) (rate(mcp_request_duration_seconds_bucket{job="mcp",server="weather",method="tools/call"}[1m])))',
    ]);
  });

  it("name each line of a graph", () => {
    for (const panel of [...panelsOf(0), ...panelsOf(1)].filter(({ type }) => type === "timeseries")) {
      assert.equal(panel.options?.legend?.showLegend, true, panel.title);
      for (const { legendFormat } of panel.targets ?? []) assert.ok(legendFormat, panel.title);
    }
  });

  it("ask the Prometheus of the variable, in any Grafana", () => {
    for (const { panels, templating } of built()) {
      assert.equal(templating.list[0].type, "datasource");
      for (const { targets, datasource } of panels as Panel[]) {
        if (targets) assert.deepEqual(datasource, { type: "prometheus", uid: `\${datasource}` });
      }
    }
  });

  it("fill 24 columns, and no panel lies on another", () => {
    for (const { panels, title } of built({ logs: {} })) {
      const taken = new Set<string>();
      for (const { gridPos } of panels as Panel[]) {
        assert.ok(gridPos.x + gridPos.w <= 24, title);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            assert.ok(!taken.has(`${x},${y}`), `${title}: two panels at ${x},${y}`);
            taken.add(`${x},${y}`);
          }
        }
      }
      const rows = Math.max(...(panels as Panel[]).map(({ gridPos }) => gridPos.y + gridPos.h));
      assert.equal(taken.size, rows * 24, `${title} has holes`);
    }
  });

  it("turn red where the alerts fire", () => {
    const thresholds = { errorRatio: 0.02, latencySeconds: 1.5, memoryRatio: 0.8, restarts: 9 };
    const reds = (index: number, type: string) =>
      panelsOf(index, { thresholds }).flatMap((panel) => {
        const red = panel.fieldConfig?.defaults.thresholds?.steps.find(({ color }) => color === "red");
        return panel.type === type && red ? [[panel.title, red.value]] : [];
      });
    assert.deepEqual(reds(0, "timeseries"), [
      ["Errors", 0.02],
      ["Tool calls, p95", 1.5],
      ["Memory of the limit", 0.8],
    ]);
    assert.deepEqual(reds(1, "stat"), [
      ["Errors", 0.02],
      ["Tool calls, p95", 1.5],
      ["Restarts", 9],
    ]);
    assert.throws(() => dashboards({ thresholds: { errorRatio: 2 } }), /thresholds.errorRatio: this is no threshold/);
  });

  it("show the server's log where there is one, and say how to see it where not", () => {
    const last = (settings?: DashboardSettings) => panelsOf(1, settings).at(-1);
    assert.equal(last()?.type, "text");
    assert.equal(last()?.options?.content, "Logs are not collected for Grafana. `npm run logs -- $server` shows them.");
    const panel = last({ logs: { serverField: "labels.server" } });
    assert.equal(panel?.type, "logs");
    assert.deepEqual(panel?.datasource, { type: "elasticsearch", uid: "mcp-logs" });
    assert.deepEqual(panel?.targets, [
      {
        query: 'labels.server:"$server"',
        timeField: "@timestamp",
        metrics: [{ id: "1", type: "logs", settings: { limit: "500" } }],
        bucketAggs: [],
        refId: "A",
      },
    ]);
  });

  it("cost nothing where nobody makes them: Grafana's builders are not loaded", function () {
    this.timeout(60_000);
    const load = (expression: string): string[] => {
      const script = `${expression}; console.log(JSON.stringify(Object.keys(require.cache)))`;
      const flags = ["-r", "ts-node/register/transpile-only", "-e", script];
      return JSON.parse(execFileSync(process.execPath, flags, { cwd: REPOSITORY, encoding: "utf8" }));
    };
    const ofGrafana = (file: string) => file.includes("grafana-foundation-sdk");
    const module = 'require("./components/monitoring")';
    assert.deepEqual(load(`${module}.rulesYaml({ servers: [] })`).filter(ofGrafana), []);
    assert.ok(load(`${module}.dashboards()`).some(ofGrafana));
  });
});
