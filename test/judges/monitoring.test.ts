import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { stringify } from "yaml";
import {
  AlertSeverity,
  alertmanagerConfig,
  Discovery,
  prometheusConfig,
  type ReceiverSettings,
  ruleGroups,
  rulesYaml,
} from "../../components/monitoring";
import { makeFolder, removeFolders } from "../support/folder";
import { type Programs, prometheusPrograms } from "../support/prometheus";
import { ALERT_CASES, type AlertCase, SERVERS } from "./alertCases";

const RUNBOOKS = "https://example.com/runbooks";
const RULES = rulesYaml({ servers: SERVERS, runbookBaseUrl: RUNBOOKS });

const RECEIVERS: ReceiverSettings[] = [
  { name: "hook", webhook: { url: "https://example.com/alerts?token=secret" } },
  {
    name: "chat",
    severity: AlertSeverity.Critical,
    slack: { webhookUrl: "https://hooks.example.com/services/T0/B0/secret", channel: "#alerts" },
  },
  {
    name: "mail",
    severity: AlertSeverity.Warning,
    email: {
      smarthost: "smtp.example.com:587",
      from: "mcp@example.com",
      to: "ops@example.com, on-call@example.com",
      username: "mcp",
      password: "secret",
    },
  },
];

describe("the judges of the monitoring's files", function () {
  this.timeout(600_000);
  let programs: Programs;

  before(function () {
    try {
      programs = prometheusPrograms();
    } catch (error) {
      if (process.env.CI) throw error;
      console.log(`      skipped: there is no promtool, and no Debian package of it (${(error as Error).message})`);
      this.skip();
    }
  });
  after(removeFolders);

  /** Runs a program on files of a folder; returns what it says, and fails with that. */
  function judge(program: "promtool" | "amtool", args: string[], files: { [file: string]: string }): string {
    const cwd = makeFolder(files);
    const { status, stdout, stderr } = spawnSync(programs[program], args, { cwd, encoding: "utf8", timeout: 60_000 });
    assert.equal(status, 0, `${path.basename(programs[program])} ${args.join(" ")}\n${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  }

  it("promtool accepts the rules, all of them", () => {
    const [group] = ruleGroups({ servers: SERVERS });
    const said = judge("promtool", ["check", "rules", "rules.yml"], { "rules.yml": RULES });
    assert.match(said, new RegExp(`SUCCESS: ${group?.rules.length} rules found`));
  });

  it("promtool accepts the config, with servers at fixed addresses and behind names", () => {
    const config = prometheusConfig({
      servers: [
        ...SERVERS,
        { name: "maps", metricsHost: "maps-metrics.mcp.svc", metricsPort: 9100, discovery: Discovery.Dns },
      ],
      ruleFiles: ["rules/*.yml"],
      alertmanagers: ["alertmanager:9093"],
      externalLabels: { stack: "dev" },
      scrapeConfigs: [{ job_name: "containers", static_configs: [{ targets: ["cadvisor:8080"] }] }],
    });
    const files = { "prometheus.yml": config, "rules/mcp.yml": RULES };
    const said = judge("promtool", ["check", "config", "prometheus.yml"], files);
    assert.match(said, /SUCCESS: 1 rule files found/);
    assert.match(said, /SUCCESS: prometheus.yml is valid/);
  });

  it("promtool accepts the smallest config", () => {
    judge("promtool", ["check", "config", "prometheus.yml"], { "prometheus.yml": prometheusConfig({ servers: [] }) });
  });

  it("there is a case in which each alert fires, and one in which it stays silent", () => {
    const alerts = ruleGroups({ servers: SERVERS }).flatMap(({ rules }) =>
      rules.flatMap((rule) => ("alert" in rule ? rule.alert : [])),
    );
    const having = (fires: boolean) =>
      new Set(ALERT_CASES.filter((one) => (one.fires !== undefined) === fires).map(({ alert }) => alert));
    assert.deepEqual([...having(true)], alerts);
    assert.deepEqual([...having(false)], alerts);
  });

  for (const one of ALERT_CASES) {
    it(`${one.alert} ${one.fires ? "fires" : "stays silent"} when ${one.when}`, () => {
      const files = { "rules.yml": RULES, "test.yml": stringify(ruleTest(one)) };
      assert.match(judge("promtool", ["test", "rules", "test.yml"], files), /SUCCESS/);
    });
  }

  it("rules of two stacks don't meddle with each other in one Prometheus", () => {
    const rules = (namespace: string, memoryLimit: string) =>
      rulesYaml({
        servers: [{ name: "weather", metricsHost: "weather", metricsPort: 8000, memoryLimit }],
        labels: { namespace },
      }).replace("name: mcp", `name: ${namespace}`);
    const of = (namespace: string) =>
      `{job="mcp",namespace="${namespace}",server="weather",instance="${namespace}:8000"}`;
    const firing = (alertname: string, labels: object, summary: string, description: string) => ({
      eval_time: "20m",
      alertname,
      exp_alerts: [
        {
          exp_labels: labels,
          exp_annotations: { summary, description, runbook_url: `docs/runbooks/${alertname}.md` },
        },
      ],
    });
    const test = {
      rule_files: ["prod.yml", "staging.yml"],
      evaluation_interval: "1m",
      tests: [
        {
          interval: "1m",
          input_series: [
            { series: `up${of("prod")}`, values: "0x30" },
            { series: `up${of("staging")}`, values: "1x30" },
            { series: `process_resident_memory_bytes${of("prod")}`, values: "500000000x30" },
            { series: `process_resident_memory_bytes${of("staging")}`, values: "500000000x30" },
          ],
          alert_rule_test: [
            firing(
              "McpServerNoReadyReplica",
              { namespace: "prod", server: "weather", severity: "critical" },
              "MCP server weather has no instance that answers",
              "None has answered for 2m, of 1 that are known: no client can use this server.",
            ),
            firing(
              "McpMemoryNearLimit",
              { job: "mcp", namespace: "staging", server: "weather", instance: "staging:8000", severity: "warning" },
              "MCP server weather uses 93.13% of its memory limit at staging:8000",
              "It has used more than 90% of 512MiB for 5m. At the limit it is killed, with all calls that are running.",
            ),
          ],
        },
      ],
    };
    const files = {
      "prod.yml": rules("prod", "4Gi"),
      "staging.yml": rules("staging", "512Mi"),
      "test.yml": stringify(test),
    };
    judge("promtool", ["test", "rules", "test.yml"], files);
  });

  it("promtool does judge: another value in a description is no success", () => {
    const [one] = ALERT_CASES;
    assert.ok(one?.fires);
    const wrong = { ...one, fires: { ...one.fires, description: one.fires.description.replace("1 of 2", "2 of 2") } };
    const files = { "rules.yml": RULES, "test.yml": stringify(ruleTest(wrong)) };
    assert.throws(() => judge("promtool", ["test", "rules", "test.yml"], files), /FAILED/);
  });

  for (const { name, receivers, secretFolder } of [
    { name: "nobody", receivers: [], secretFolder: undefined },
    ...RECEIVERS.map((receiver) => ({ name: receiver.name, receivers: [receiver], secretFolder: undefined })),
    { name: "all, with secrets as files", receivers: RECEIVERS, secretFolder: "/etc/alertmanager/secrets" },
  ]) {
    it(`amtool accepts the config that tells ${name}`, () => {
      const { config } = alertmanagerConfig({ receivers, ...(secretFolder && { secretFolder }) });
      const said = judge("amtool", ["check-config", "alertmanager.yml"], { "alertmanager.yml": config });
      assert.match(said, new RegExp(`- ${receivers.length + 1} receivers`));
      assert.match(said, /- 1 inhibit rules/);
    });
  }

  it("amtool sends each severity to who asked for it, and nothing to anybody without receivers", () => {
    const told = (receivers: ReceiverSettings[], severity: string): string => {
      const { config } = alertmanagerConfig({ receivers });
      const args = ["config", "routes", "test", "--config.file=alertmanager.yml", `severity=${severity}`];
      // Behind the answer, it warns of a default of its own.
      return judge("amtool", args, { "alertmanager.yml": config }).split("\n")[0] ?? "";
    };
    assert.equal(told(RECEIVERS, "critical"), "hook,chat");
    assert.equal(told(RECEIVERS, "warning"), "hook,mail");
    assert.equal(told(RECEIVERS.slice(1, 2), "warning"), "none");
    assert.equal(told([], "critical"), "none");
  });
});

/** A case as promtool has it. */
function ruleTest({ alert, input, minutes = 1, at, fires }: AlertCase): object {
  const alerts = fires && [
    {
      exp_labels: fires.labels,
      exp_annotations: {
        summary: fires.summary,
        description: fires.description,
        runbook_url: `${RUNBOOKS}/${alert}.md`,
      },
    },
  ];
  return {
    rule_files: ["rules.yml"],
    evaluation_interval: "1m",
    tests: [
      {
        interval: `${minutes}m`,
        input_series: Object.entries(input).map(([series, values]) => ({ series, values })),
        alert_rule_test: at.map((minute) => ({ eval_time: `${minute}m`, alertname: alert, exp_alerts: alerts ?? [] })),
      },
    ],
  };
}
