import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import {
  type AlertingRule,
  DEFAULT_THRESHOLDS,
  type MonitoredServer,
  type RuleSettings,
  ruleGroups,
  rulesYaml,
  validateThresholds,
} from "../../../components/monitoring";
import { REPOSITORY } from "../../support/stack";

const WEATHER: MonitoredServer = {
  name: "weather",
  metricsHost: "mcp-weather",
  metricsPort: 8000,
  memoryLimit: "512Mi",
};
const GEO: MonitoredServer = { name: "geo", metricsHost: "mcp-geo", metricsPort: 8000 };

const rulesOf = (settings: RuleSettings) => ruleGroups(settings).flatMap(({ rules }) => rules);
const alertsOf = (settings: RuleSettings): AlertingRule[] =>
  rulesOf(settings).filter((rule): rule is AlertingRule => "alert" in rule);
const recordsOf = (settings: RuleSettings) => rulesOf(settings).filter((rule) => "record" in rule);

describe("recording rules", () => {
  it("know each server of the stack, and the memory limit of those that have one", () => {
    assert.deepEqual(recordsOf({ servers: [WEATHER, GEO, { ...GEO, name: "maps", memoryLimit: "1G" }] }).slice(0, 5), [
      { record: "mcp_server_deployed", expr: "vector(1)", labels: { server: "weather" } },
      { record: "mcp_server_deployed", expr: "vector(1)", labels: { server: "geo" } },
      { record: "mcp_server_deployed", expr: "vector(1)", labels: { server: "maps" } },
      { record: "mcp_server_memory_limit_bytes", expr: "vector(536870912)", labels: { server: "weather" } },
      { record: "mcp_server_memory_limit_bytes", expr: "vector(1000000000)", labels: { server: "maps" } },
    ]);
  });

  it("hold what alerts have in common", () => {
    assert.deepEqual(recordsOf({ servers: [GEO] }).slice(1), [
      {
        record: "server:mcp_requests:increase5m",
        expr: 'sum by (server) (increase(mcp_requests_total{job="mcp"}[5m]))',
      },
      {
        record: "server:mcp_request_errors:ratio_rate5m",
        expr: 'sum by (server) (rate(mcp_request_errors_total{job="mcp"}[5m])) / sum by (server) (rate(mcp_requests_total{job="mcp"}[5m]))',
      },
      {
        record: "server_endpoint:mcp_tool_calls:increase5m",
        expr: 'sum by (server, endpoint) (increase(mcp_requests_total{job="mcp",method="tools/call"}[5m]))',
      },
      {
        record: "server_endpoint:mcp_tool_call_duration_seconds:p95_rate5m",
        expr: 'histogram_quantile(0.95, sum by (server, endpoint, le) (rate(mcp_request_duration_seconds_bucket{job="mcp",method="tools/call"}[5m])))',
      },
    ]);
  });
});

describe("alerts", () => {
  const CONDITIONS = {
    McpServerDown: ["warning", "1m", 'up{job="mcp"} == 0'],
    McpServerNoReadyReplica: ["critical", "2m", 'mcp_server_deployed unless on (server) (up{job="mcp"} == 1)'],
    McpErrorRatioHigh: [
      "warning",
      "5m",
      "server:mcp_request_errors:ratio_rate5m > 0.1 and on (server) server:mcp_requests:increase5m >= 10",
    ],
    McpLatencyHigh: [
      "warning",
      "10m",
      "server_endpoint:mcp_tool_call_duration_seconds:p95_rate5m > 5 and on (server, endpoint) server_endpoint:mcp_tool_calls:increase5m >= 10",
    ],
    McpServerRestarts: ["warning", undefined, 'changes(process_start_time_seconds{job="mcp"}[15m]) >= 3'],
    McpMemoryNearLimit: [
      "warning",
      "5m",
      '(mcp_container_memory_working_set_bytes{job="mcp"} / mcp_container_memory_limit_bytes{job="mcp"} or process_resident_memory_bytes{job="mcp"} / on (server) group_left () mcp_server_memory_limit_bytes) > 0.9',
    ],
    McpSessionGrowth: [
      "warning",
      "1h",
      'min_over_time(mcp_active_connections{job="mcp"}[15m]) - max_over_time(mcp_active_connections{job="mcp"}[15m] offset 1h) > 20',
    ],
    McpMetricsMissing: ["critical", "2m", 'absent_over_time(up{job="mcp"}[2m])'],
  };

  it("fire from these values on, unless told otherwise", () => {
    const found = alertsOf({ servers: [WEATHER] }).map((rule) => [
      rule.alert,
      [rule.labels.severity, rule.for, rule.expr],
    ]);
    assert.deepEqual(Object.fromEntries(found), CONDITIONS);
  });

  it("fire from the given values on", () => {
    const thresholds = {
      downFor: "30s",
      noReadyReplicaFor: "45s",
      errorRatio: 0.25,
      errorRatioFor: "1m",
      latencySeconds: 0.5,
      latencyFor: "2m",
      minimumRequests: 1,
      restarts: 7,
      memoryRatio: 0.755,
      memoryFor: "3m",
      sessionGrowth: 100,
      sessionGrowthFor: "1h30m",
      metricsMissingFor: "10m",
    };
    const found = Object.fromEntries(alertsOf({ servers: [GEO], thresholds }).map((rule) => [rule.alert, rule]));
    const ends = (alert: string, text: string) => assert.ok(found[alert]?.expr.endsWith(text), found[alert]?.expr);
    assert.deepEqual(
      Object.values(found).map((rule) => rule.for),
      ["30s", "45s", "1m", "2m", undefined, "3m", "1h30m", "10m"],
    );
    assert.match(found.McpErrorRatioHigh?.expr ?? "", /ratio_rate5m > 0.25 and /);
    ends("McpErrorRatioHigh", "increase5m >= 1");
    assert.match(found.McpLatencyHigh?.expr ?? "", /p95_rate5m > 0.5 and /);
    ends("McpLatencyHigh", "increase5m >= 1");
    ends("McpServerRestarts", "[15m]) >= 7");
    ends("McpMemoryNearLimit", "mcp_server_memory_limit_bytes) > 0.755");
    ends("McpSessionGrowth", "offset 1h) > 100");
    ends("McpMetricsMissing", "[10m])");
    assert.match(
      found.McpMemoryNearLimit?.annotations.description ?? "",
      /^It has used more than 75\.5% of .*for 3m\./,
    );
  });

  it("say what is wrong, in full", () => {
    for (const { alert, annotations } of alertsOf({ servers: [GEO] })) {
      assert.match(annotations.summary, /^(MCP server \{\{ \$labels\.server \}\}|Prometheus) \S/, alert);
      assert.match(annotations.description, /^[A-Z{].*\.$/, alert);
    }
  });

  it("have a page each that says what it means, how to look and how to mend it, and no page is left over", () => {
    const folder = path.join(REPOSITORY, "docs", "runbooks");
    const alerts = alertsOf({ servers: [GEO] });
    assert.deepEqual(readdirSync(folder).sort(), alerts.map(({ alert }) => `${alert}.md`).sort());
    for (const { alert, annotations } of alerts) {
      assert.equal(annotations.runbook_url, `docs/runbooks/${alert}.md`);
      const text = readFileSync(path.join(REPOSITORY, annotations.runbook_url), "utf8");
      const headings = text.split("\n").filter((line) => line.startsWith("#"));
      assert.deepEqual(headings, [`# ${alert}`, "## What it means", "## How to look", "## How to mend it"], alert);
      for (const target of ["process", "Docker", "Kubernetes"]) assert.ok(text.includes(target), `${alert}: ${target}`);
    }
  });

  it("lead to where the pages are published", () => {
    const [first] = alertsOf({ servers: [GEO], runbookBaseUrl: "https://example.com/runbooks" });
    assert.equal(first?.annotations.runbook_url, "https://example.com/runbooks/McpServerDown.md");
  });
});

describe("rules of a stack that shares a Prometheus with others", () => {
  const LABELS = { namespace: "mcp-prod" };
  const rules = rulesOf({ servers: [WEATHER], labels: LABELS });
  const NAMES = /\b(up|mcp_\w+|process_\w+|server:[\w:]+|server_endpoint:[\w:]+)(?=[{ )[]|$)/g;

  it("record under the stack's labels", () => {
    const [deployed] = rules;
    assert.deepEqual(deployed, {
      record: "mcp_server_deployed",
      expr: "vector(1)",
      labels: { namespace: "mcp-prod", server: "weather" },
    });
    for (const rule of rules) if ("record" in rule) assert.equal(rule.labels?.namespace, "mcp-prod", rule.record);
  });

  it("look at nothing that is not the stack's", () => {
    for (const rule of rules) {
      const texts = "alert" in rule ? [rule.expr, rule.annotations.description] : [rule.expr];
      for (const text of texts.filter((one) => !one.startsWith("vector("))) {
        const series = [...text.matchAll(NAMES)];
        for (const { 0: name, index } of series) {
          assert.match(text.slice(index + name.length), /^\{[^}]*namespace="mcp-prod"[^}]*\}/, `${name} of ${text}`);
        }
        if ("record" in rule || text === rule.expr) assert.ok(series.length > 0, text);
      }
    }
  });
});

describe("the file with the rules", () => {
  it("holds none for a stack without servers: there is nothing to judge, nor to miss", () => {
    assert.equal(rulesYaml({ servers: [] }), "groups: []\n");
  });

  it("holds them as they are, and is the same each time", () => {
    const settings = { servers: [WEATHER, GEO] };
    assert.deepEqual(parse(rulesYaml(settings)), { groups: ruleGroups(settings) });
    assert.equal(rulesYaml(settings), rulesYaml({ servers: [{ ...WEATHER }, { ...GEO }] }));
  });
});

describe("thresholds", () => {
  it("are refused when they are none, with what is allowed", () => {
    const given = {
      errorRatio: 10,
      memoryRatio: 0,
      restarts: -1,
      downFor: "60",
      latencyFor: "1m1h",
      sessionGrowth: "5",
    };
    const problems = validateThresholds(given as never, "mcp:monitoring.thresholds");
    assert.deepEqual(
      problems.map(({ path: at, got, allowed, fix }) => [at.split(".").at(-1), got, allowed, fix]),
      [
        ["errorRatio", "10", "a number above 0, up to 1", "leave it out for the default, 0.1"],
        ["memoryRatio", "0", "a number above 0, up to 1", "leave it out for the default, 0.9"],
        ["restarts", "-1", "a number above 0", "leave it out for the default, 3"],
        ["downFor", "60", DURATION, "write 60s if seconds were meant"],
        ["latencyFor", "1m1h", DURATION, "write it like 10m"],
        ["sessionGrowth", "5", "a number above 0", "leave it out for the default, 20"],
      ],
    );
    assert.equal(problems[0]?.path, "mcp:monitoring.thresholds.errorRatio");
  });

  it("are refused under a name that none has", () => {
    assert.deepEqual(validateThresholds({ errorRate: 1 } as never), [
      {
        path: "thresholds.errorRate",
        message: "unknown threshold",
        got: "errorRate",
        allowed: Object.keys(DEFAULT_THRESHOLDS).join(", "),
      },
    ]);
  });

  it("keep Prometheus from rules that it would refuse", () => {
    assert.throws(
      () => rulesYaml({ servers: [], thresholds: { downFor: "soon" } }),
      /thresholds.downFor: this is no duration/,
    );
  });

  it("may be left undefined", () => {
    const [down] = alertsOf({ servers: [GEO], thresholds: { downFor: undefined } as never });
    assert.equal(down?.for, "1m");
  });
});

const DURATION = "whole numbers with y, w, d, h, m, s or ms, such as 90s, 5m or 1h30m";
