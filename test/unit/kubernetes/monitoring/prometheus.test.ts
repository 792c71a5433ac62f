import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { rulesYaml } from "../../../../components/monitoring";
import { InvalidInputError } from "../../../../components/server";
import { secretValue, settled } from "../../../support/mocks";
import { CONFIG_MAP, inputsOf, NETWORK_POLICY, ROLLOUT, SECRET, SERVICE, STATEFUL_SET } from "../support";
import { labels, monitor, named, namesOf, SERVERS, selector } from "./support";

const tcp = (port: number) => ({ port, protocol: "TCP" });
const pods = (name: string) => ({ podSelector: { matchLabels: selector(name) } });
const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const HOOK = "https://hooks.example.com:8443/t0ken";

const own = (args = {}, options = {}) => monitor({ grafana: { enabled: false }, prometheus: {}, ...args }, options);
const filesOf = async (args = {}) => named((await own(args)).resources, CONFIG_MAP, "prometheus-files").data;
const portsOf = async (receivers: object[]) => {
  const { resources } = await own({ alertmanager: { receivers } });
  const { egress } = named(resources, NETWORK_POLICY, "alertmanager-receivers").spec;
  return egress.slice(1);
};

describe("a Prometheus of the stack's own in the cluster", () => {
  it("finds every instance of a server by the name of a headless Service, ready or not", async () => {
    const { resources } = await own();
    assert.deepEqual(namesOf(resources, SERVICE), ["news-metrics", "prometheus-service", "weather-metrics"]);
    assert.deepEqual(named(resources, SERVICE, "weather-metrics"), {
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "weather-metrics",
        namespace: "mcp-prod",
        labels: labels("weather", "mcp-server"),
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: {
        type: "ClusterIP",
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector: selector("weather"),
        ports: [{ name: "metrics", protocol: "TCP", port: 9100, targetPort: "metrics" }],
      },
    });
    const files = await filesOf();
    assert.deepEqual(parse(files["prometheus.yml"]), {
      global: { scrape_interval: "15s", evaluation_interval: "15s", external_labels: { stack: "test" } },
      rule_files: ["/etc/mcp/mcp-rules.yml"],
      scrape_configs: [
        {
          job_name: "mcp",
          dns_sd_configs: [
            { names: ["weather-metrics"], type: "A", port: 9100, refresh_interval: "10s" },
            { names: ["news-metrics"], type: "A", port: 8000, refresh_interval: "10s" },
          ],
          relabel_configs: SERVERS.map(({ name }) => ({
            source_labels: ["__meta_dns_name"],
            regex: `${name}-metrics`,
            target_label: "server",
            replacement: name,
          })),
        },
      ],
    });
    const servers = SERVERS.map((server) => ({ ...server, metricsHost: server.name }));
    assert.equal(files["mcp-rules.yml"], rulesYaml({ servers }));
  });

  it("keeps what it is told to keep, on a volume that stays, and has no rights in the cluster", async () => {
    const { resources } = await own({
      prometheus: { image: "prom/prometheus:v2.42.0", retention: "30d", retentionSize: "8GB", volumeSize: "10Gi" },
      imagePullSecrets: ["registry"],
    });
    const { template, volumeClaimTemplates, persistentVolumeClaimRetentionPolicy } = named(
      resources,
      STATEFUL_SET,
      "prometheus-set",
    ).spec;
    const { automountServiceAccountToken, serviceAccountName, imagePullSecrets, containers, volumes } = template.spec;
    assert.deepEqual(
      [automountServiceAccountToken, serviceAccountName, imagePullSecrets],
      [false, undefined, [{ name: "registry" }]],
    );
    const [{ name, image, command, resources: limits, volumeMounts, readinessProbe, securityContext }] = containers;
    assert.deepEqual([name, image], ["prometheus", "prom/prometheus:v2.42.0"]);
    assert.deepEqual(command, [
      "/bin/prometheus",
      "--config.file=/etc/mcp/prometheus.yml",
      "--storage.tsdb.path=/prometheus",
      "--storage.tsdb.retention.time=30d",
      "--storage.tsdb.retention.size=8GB",
      "--storage.tsdb.max-block-chunk-segment-size=32MB",
    ]);
    assert.deepEqual(limits.limits, { cpu: "500m", memory: "512Mi", "ephemeral-storage": "256Mi" });
    assert.deepEqual(volumeMounts, [
      { name: "tmp", mountPath: "/tmp" },
      { name: "data", mountPath: "/prometheus" },
      { name: "files", mountPath: "/etc/mcp", readOnly: true },
    ]);
    assert.deepEqual(readinessProbe.httpGet, { path: "/-/ready", port: "service" });
    assert.equal(securityContext.readOnlyRootFilesystem, true);
    assert.deepEqual(volumes[1].projected.sources, [{ configMap: { name: "prometheus-files-1a2b3c4d" } }]);
    assert.deepEqual(volumeClaimTemplates[0].spec.resources, { requests: { storage: "10Gi" } });
    assert.deepEqual(persistentVolumeClaimRetentionPolicy, { whenDeleted: "Retain", whenScaled: "Retain" });
  });

  it("reaches the servers' metrics, Alertmanager and the DNS, and is reached by the cluster's monitoring", async () => {
    const networkOf = async (args: object) =>
      named((await own(args)).resources, NETWORK_POLICY, "prometheus-network").spec;
    assert.deepEqual((await networkOf({})).ingress, [{ from: [namespace("monitoring")], ports: [tcp(9090)] }]);
    const { resources } = await own({ alertmanager: {}, fromNamespace: "observability" });
    const { ingress, egress } = named(resources, NETWORK_POLICY, "prometheus-network").spec;
    assert.deepEqual(ingress, [{ from: [namespace("observability")], ports: [tcp(9090)] }]);
    assert.deepEqual(egress.slice(1), [
      { to: [pods("weather")], ports: [tcp(9100)] },
      { to: [pods("news")], ports: [tcp(8000)] },
      { to: [pods("alertmanager")], ports: [tcp(9093)] },
    ]);
    assert.equal(egress[0].ports[0].port, 53);
    const alerts = named(resources, NETWORK_POLICY, "alertmanager-network").spec;
    assert.deepEqual(alerts.ingress, [{ from: [pods("prometheus"), namespace("observability")], ports: [tcp(9093)] }]);
    assert.equal(alerts.egress, undefined);
  });

  it("says where it is, once it is ready", async () => {
    const { result } = await own({ alertmanager: {} });
    assert.equal(await settled(result.prometheusUrl), "http://prometheus.mcp-prod.svc:9090");
    assert.equal(await settled(result.alertmanagerUrl), "http://alertmanager.mcp-prod.svc:9093");
    const preview = await own({ alertmanager: {} }, { preview: true });
    assert.equal(await settled(preview.result.prometheusUrl), undefined);
    // What it will read and whom it will tell is known before: a preview shows it.
    const { data } = named(preview.resources, CONFIG_MAP, "prometheus-files");
    assert.deepEqual(parse(data["prometheus.yml"]).alerting, {
      alertmanagers: [{ static_configs: [{ targets: ["alertmanager.mcp-prod.svc:9093"] }] }],
    });
    const none = await monitor();
    assert.equal(await settled(none.result.prometheusUrl), undefined);
    assert.deepEqual(namesOf(none.resources, STATEFUL_SET), []);
  });

  it("hands the cluster and its credentials to both rollouts", async () => {
    const { resources } = await own({ alertmanager: {}, context: "prod", kubeconfig: "apiVersion: v1" });
    assert.deepEqual(namesOf(resources, ROLLOUT), ["alertmanager-rollout", "prometheus-rollout"]);
    for (const name of namesOf(resources, ROLLOUT)) {
      const { context, kubeconfig } = named(resources, ROLLOUT, name);
      assert.deepEqual([context, secretValue(kubeconfig)], ["prod", "apiVersion: v1"]);
    }
  });

  it("has names that are the stack's alone where several share a namespace", async () => {
    const { resources } = await own({ fixedNames: false });
    assert.equal(named(resources, SERVICE, "weather-metrics").metadata.name, undefined);
    const { data } = named(resources, CONFIG_MAP, "prometheus-files");
    assert.match(data["prometheus.yml"], /names:\s+- weather-metrics-1a2b3c4d\n/);
    assert.match(named(resources, STATEFUL_SET, "prometheus-set").metadata.name, /^prometheus-[0-9a-f]{8}$/);
  });
});

describe("an Alertmanager of the stack's own in the cluster", () => {
  const receivers = [{ name: "ops", webhook: { url: pulumi.secret(HOOK) } }];

  it("tells nobody by default, and shows its config then", async () => {
    const { resources } = await own({ alertmanager: {} });
    const { data } = named(resources, CONFIG_MAP, "alertmanager-files");
    assert.equal(parse(data["alertmanager.yml"]).route.receiver, "none");
    assert.deepEqual(namesOf(resources, SECRET), []);
    assert.deepEqual(namesOf(resources, NETWORK_POLICY), ["alertmanager-network", "prometheus-network"]);
  });

  it("has its receivers in a Secret, and their addresses nowhere else", async () => {
    const { resources } = await own({ alertmanager: { receivers, volumeSize: "2Gi", storageClass: "fast" } });
    const { stringData } = named(resources, SECRET, "alertmanager-secret-files");
    const config = parse((secretValue(stringData) as Record<string, string>)["alertmanager.yml"] ?? "");
    assert.deepEqual(config.receivers[1].webhook_configs, [{ url: HOOK, send_resolved: true }]);
    const others = resources.filter(({ type }) => type !== SECRET);
    assert.ok(!JSON.stringify(others).includes("t0ken"));
    const { template, volumeClaimTemplates } = named(resources, STATEFUL_SET, "alertmanager-set").spec;
    assert.deepEqual(template.spec.containers[0].command, [
      "/bin/alertmanager",
      "--config.file=/etc/mcp/alertmanager.yml",
      "--storage.path=/alertmanager",
      "--cluster.listen-address=",
    ]);
    assert.deepEqual(volumeClaimTemplates[0].spec, {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "2Gi" } },
      storageClassName: "fast",
    });
  });

  it("reaches its receivers at their ports, and nothing at none", async () => {
    const { resources } = await own({ alertmanager: { receivers } });
    const { metadata, spec } = named(resources, NETWORK_POLICY, "alertmanager-receivers");
    assert.deepEqual(metadata, {
      name: "alertmanager-receivers",
      namespace: "mcp-prod",
      labels: labels("alertmanager", "service"),
    });
    const { egress, ...others } = spec;
    assert.deepEqual(others, { podSelector: { matchLabels: selector("alertmanager") }, policyTypes: ["Egress"] });
    assert.deepEqual(egress.slice(1), [{ ports: [tcp(8443)] }]);
    assert.equal(egress[0].ports[0].port, 53);
    const email = { from: "a@example.com", to: "b@example.com" };
    assert.deepEqual(
      await portsOf([
        { name: "a", webhook: { url: "https://a.example.com/x" } },
        { name: "b", webhook: { url: "http://b.example.com/x" } },
        { name: "c", slack: { webhookUrl: "https://hooks.slack.com/x", channel: "#c" } },
        { name: "d", email: { smarthost: "smtp.example.com:587", ...email } },
      ]),
      [{ ports: [tcp(80), tcp(443), tcp(587)] }],
    );
    assert.deepEqual(await portsOf([]), []);
  });
});

describe("McpClusterMonitoring", () => {
  const problemsOf = async (args: object): Promise<[string, string | undefined][]> => {
    const error = await monitor(args).then(
      () => assert.fail("it was accepted"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof InvalidInputError, String(error));
    return error.problems.map(({ path, fix }) => [path, fix]);
  };

  it("refuses an Alertmanager that nothing tells, data that fills its volume, and an unknown discovery", async () => {
    assert.deepEqual(await problemsOf({ alertmanager: {}, discovery: "serviceMonitor" }), [
      ["discovery", undefined],
      ["alertmanager", "add `prometheus: {}`, or remove it and let the cluster's own Alertmanager tell people"],
    ]);
    assert.deepEqual(await problemsOf({ prometheus: { retentionSize: "4GB" } }), [
      ["prometheus.volumeSize", "set a larger volumeSize, or a smaller retentionSize"],
    ]);
    assert.deepEqual(await problemsOf({ prometheus: { retentionSize: "2Gi" } }), [
      ["prometheus.retentionSize", 'write "2GB"'],
    ]);
    assert.deepEqual(await problemsOf({ prometheus: pulumi.output({}) }), [
      ["prometheus", "write the object, and use the other resource's value within it"],
    ]);
    assert.deepEqual(
      (await problemsOf({ thresholds: { errorRatio: 2 } })).map(([path]) => path),
      ["thresholds.errorRatio"],
    );
  });

  it("needs to know its servers at preview", async () => {
    assert.deepEqual(
      (await problemsOf({ servers: pulumi.output(SERVERS) })).map(([path]) => path),
      ["servers"],
    );
  });

  it("takes the guidelines' port and memory for servers that say nothing else", async () => {
    const { resources } = await own({ servers: [{ name: "weather" }] });
    assert.equal(named(resources, SERVICE, "weather-metrics").spec.ports[0].port, 8000);
    const { data } = inputsOf(resources, CONFIG_MAP);
    assert.equal(
      data["mcp-rules.yml"],
      rulesYaml({ servers: [{ name: "weather", metricsHost: "x", metricsPort: 8000, memoryLimit: "512Mi" }] }),
    );
  });
});
