import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { McpMonitoring, type McpMonitoringArgs, McpService } from "../../../components";
import { alertmanagerConfig, dashboards, prometheusConfig, rulesYaml } from "../../../components/monitoring";
import { type Registered, runWithMocks, secretValue } from "../../support/mocks";

const CONTAINER = "docker:index/container:Container";
const VOLUME = "docker:index/volume:Volume";
const IMAGE = "docker:index/remoteImage:RemoteImage";

/** What the providers would report. */
function outputs({ type, inputs }: Registered): object {
  if (type === IMAGE) return { imageId: `sha256:${"b".repeat(64)}` };
  if (type === "random:index/randomPassword:RandomPassword") return { result: "s3cret-password" };
  if (type === VOLUME) return { name: inputs.name };
  return { containerId: "c1" };
}

const deploy = (args: Partial<McpMonitoringArgs> = {}) =>
  runWithMocks(() => new McpMonitoring("monitoring", { network: "shared", servers: [{ name: "weather" }], ...args }), {
    outputs,
  });
const containerOf = ({ resources }: { resources: Registered[] }, name: string) =>
  resources.find((resource) => resource.type === CONTAINER && resource.name === `${name}-container`)?.inputs ??
  assert.fail(`no container of ${name}`);
/** The files that a container's variables hold, in the order of their names. */
const filesOf = (inputs: Registered["inputs"]): string[] =>
  (inputs.envs as string[]).filter((env) => /^MCP_FILE_\d+=/.test(env)).map((env) => env.replace(/^[^=]*=/, ""));

describe("McpMonitoring", () => {
  it("runs Prometheus for the servers, with the rules and its Alertmanager", async () => {
    const prometheus = containerOf(await deploy(), "prometheus");
    const servers = [{ name: "weather", metricsHost: "weather", metricsPort: 8000, memoryLimit: "512Mi" }];
    assert.deepEqual(filesOf(prometheus), [
      rulesYaml({ servers }),
      prometheusConfig({
        servers,
        ruleFiles: ["/tmp/mcp/mcp-rules.yml"],
        alertmanagers: ["alertmanager:9093"],
        externalLabels: { stack: "test" },
      }),
    ]);
    assert.deepEqual(prometheus.command, [
      "/bin/prometheus",
      "--config.file=/tmp/mcp/prometheus.yml",
      "--storage.tsdb.path=/prometheus",
      "--storage.tsdb.retention.time=15d",
      "--storage.tsdb.retention.size=2GB",
      "--storage.tsdb.max-block-chunk-segment-size=32MB",
    ]);
    assert.deepEqual(prometheus.ports, [{ internal: 9090, external: 9090, ip: "127.0.0.1", protocol: "tcp" }]);
    assert.deepEqual(prometheus.mounts, [
      { type: "volume", source: "mcp-test-prometheus-data", target: "/prometheus" },
    ]);
    assert.equal(prometheus.readOnly, true);
  });

  it("takes ports, images, retention and thresholds as they are set, and says where all of it is", async () => {
    const deployed = await deploy({
      prometheus: { image: "prom/prometheus:v3.6.0", port: 9999, retention: "2d", retentionSize: "1GB" },
      grafana: { enabled: false },
      thresholds: { latencySeconds: 2 },
    });
    const { command, ports } = containerOf(deployed, "prometheus");
    assert.deepEqual((command as string[]).slice(3, 5), [
      "--storage.tsdb.retention.time=2d",
      "--storage.tsdb.retention.size=1GB",
    ]);
    assert.deepEqual(ports, [{ internal: 9090, external: 9999, ip: "127.0.0.1", protocol: "tcp" }]);
    assert.match(filesOf(containerOf(deployed, "prometheus")).join(""), /p95_rate5m > 2 /);
    const images = deployed.resources.filter(({ type }) => type === IMAGE).map(({ inputs }) => inputs.name);
    assert.deepEqual(images.sort(), ["prom/alertmanager:v0.28.1", "prom/prometheus:v3.6.0"]);
    const { prometheusUrl, alertmanagerUrl, grafanaUrl } = deployed.result;
    assert.deepEqual(await values(prometheusUrl, alertmanagerUrl, grafanaUrl), [
      "http://127.0.0.1:9999",
      "http://127.0.0.1:9093",
      undefined,
    ]);
  });

  it("keeps who is told of alerts a secret, in files of their own where Alertmanager reads them", async () => {
    const url = pulumi.secret("https://hooks.example.com/T0KEN");
    const receivers = [{ name: "chat", slack: { webhookUrl: url, channel: "#alerts" } }];
    const { envs } = containerOf(await deploy({ alertmanager: { receivers } }), "alertmanager");
    const { config, secretFiles } = alertmanagerConfig({
      receivers: [{ name: "chat", slack: { webhookUrl: "https://hooks.example.com/T0KEN", channel: "#alerts" } }],
      secretFolder: "/tmp/mcp",
    });
    assert.ok(!config.includes("T0KEN"));
    assert.deepEqual(filesOf({ envs: secretValue(envs) }), [config, ...Object.values(secretFiles)]);
  });

  it("shows the dashboards in Grafana, whose password is generated", async () => {
    const deployed = await deploy();
    const grafana = containerOf(deployed, "grafana");
    const envs = secretValue(grafana.envs) as string[];
    assert.ok(envs.includes("GF_SECURITY_ADMIN_PASSWORD=s3cret-password"));
    const texts = filesOf({ envs });
    for (const { json } of dashboards()) assert.ok(texts.includes(json));
    assert.match(texts.join(""), /url: http:\/\/prometheus:9090\n/);
    assert.deepEqual(await values(deployed.result.grafanaUrl), ["http://127.0.0.1:3000"]);
  });
});

describe("files of a service", () => {
  it("are written by its own shell, out of its variables, into a folder in memory", async () => {
    const { resources } = await runWithMocks(
      () =>
        new McpService("proxy", {
          network: "shared",
          image: "nginx:1.29",
          command: ["nginx", "-g", "daemon off;"],
          env: { A: "1" },
          files: { "b/site.conf": "server {}", "a.conf": "x" },
        }),
      { outputs },
    );
    const { entrypoints, envs, tmpfs, command } = containerOf({ resources }, "proxy");
    assert.deepEqual(entrypoints, [
      "/bin/sh",
      "-c",
      [
        "set -eu",
        "umask 077",
        "mkdir -p '/tmp/mcp' '/tmp/mcp/b'",
        "printf '%s' \"$MCP_FILE_0\" > '/tmp/mcp/a.conf'",
        "printf '%s' \"$MCP_FILE_1\" > '/tmp/mcp/b/site.conf'",
        "unset MCP_FILE_0 MCP_FILE_1",
        'exec "$@"',
      ].join("\n"),
      "sh",
    ]);
    assert.deepEqual(command, ["nginx", "-g", "daemon off;"]);
    assert.deepEqual(envs, ["A=1", "MCP_FILE_0=x", "MCP_FILE_1=server {}"]);
    assert.deepEqual(tmpfs, { "/tmp": "rw,noexec,nosuid,nodev,size=64m" });
  });
});

/** What outputs hold once they are known. */
function values(...all: pulumi.Output<string | undefined>[]): Promise<(string | undefined)[]> {
  return new Promise((resolve) => pulumi.all(all).apply(resolve));
}
