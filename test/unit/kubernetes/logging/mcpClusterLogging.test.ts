import assert from "node:assert/strict";
import { parse } from "yaml";
import { McpClusterLogging, type McpClusterLoggingArgs } from "../../../../components";
import { InvalidInputError } from "../../../../components/server";
import { secretValue } from "../../../support/mocks";
import { labels, named, namesOf, selector } from "../monitoring/support";
import { CONFIG_MAP, NAMESPACE, NETWORK_POLICY, PASSWORD, run, SECRET, STATEFUL_SET } from "../support";

const DAEMON_SET = "kubernetes:apps/v1:DaemonSet";
const SETUP = "mcp:index:ClusterLogSetup";

const collect = (args: Partial<McpClusterLoggingArgs> = {}) =>
  run(() => new McpClusterLogging("logging", { servers: [{ name: "weather" }], namespace: "mcp-prod", ...args }));

describe("McpClusterLogging", function () {
  this.timeout(20_000);

  it("is Elasticsearch, Logstash and Kibana beside the servers, each for itself and with its own volume", async () => {
    const { resources } = await collect({ elasticsearch: { volumeSize: "20Gi", storageClass: "fast" } });
    assert.deepEqual(namesOf(resources, STATEFUL_SET), ["elasticsearch-set", "kibana-set", "logstash-set"]);
    const specs = ["elasticsearch", "kibana", "logstash"].map(
      (name) => named(resources, STATEFUL_SET, `${name}-set`).spec,
    );
    assert.deepEqual(
      specs.map(({ template }) => template.spec.containers[0].image),
      [
        "docker.elastic.co/elasticsearch/elasticsearch:9.4.1",
        "docker.elastic.co/kibana/kibana:9.4.1",
        "docker.elastic.co/logstash/logstash:9.4.1",
      ],
    );
    assert.deepEqual(
      specs.map(({ volumeClaimTemplates: [claim] }) => claim.spec),
      ["20Gi", "1Gi", "1Gi"].map((storage, index) => ({
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage } },
        ...(index === 0 && { storageClassName: "fast" }),
      })),
    );
    for (const { template } of specs) {
      assert.deepEqual(template.spec.securityContext, {
        runAsNonRoot: true,
        runAsUser: 1000,
        // Files of Elastic's images belong to it.
        runAsGroup: 0,
        fsGroup: 1000,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      });
    }
    const [elasticsearch] = specs;
    assert.deepEqual(elasticsearch.template.spec.volumes, [
      { name: "tmp", emptyDir: { sizeLimit: "128Mi" } },
      { name: "usr-share-elasticsearch-logs", emptyDir: { sizeLimit: "64Mi" } },
    ]);
    assert.equal(elasticsearch.template.spec.containers[0].startupProbe.failureThreshold, 90);
  });

  it("sets Elasticsearch and Kibana up through a port-forward", async () => {
    const { resources } = await collect({ context: "prod" });
    assert.deepEqual(namesOf(resources, SETUP), ["elasticsearch-setup", "kibana-setup"]);
    const { url, workload, port, username } = named(resources, SETUP, "elasticsearch-setup");
    assert.deepEqual(
      { url, workload, port, username },
      {
        url: "http://elasticsearch.mcp-prod.svc:9200",
        workload: { kind: "StatefulSet", namespace: "mcp-prod", object: "elasticsearch", context: "prod" },
        port: 9200,
        username: "elastic",
      },
    );
  });

  it("has a namespace for the shipper alone, which admits what the servers' one refuses", async () => {
    const { resources } = await collect();
    const { metadata } = named(resources, NAMESPACE, "logs-namespace");
    assert.equal(metadata.name, "mcp-prod-logs");
    assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "privileged");
    const policies = namesOf(resources, NETWORK_POLICY);
    assert.ok(policies.includes("logs-deny") && policies.includes("log-shipper-network"));
    assert.equal(named(resources, DAEMON_SET, "log-shipper-set").metadata.namespace, "mcp-prod-logs");
    const given = await collect({ shipper: { namespace: "log-shippers" } });
    assert.deepEqual(namesOf(given.resources, NAMESPACE), []);
    assert.equal(named(given.resources, DAEMON_SET, "log-shipper-set").metadata.namespace, "log-shippers");
  });

  it("ships from every node, as root without rights", async () => {
    const { resources } = await collect({ shipper: { nodeSelector: { pool: "mcp" }, podsFolder: "/data/pods" } });
    const { spec } = named(resources, DAEMON_SET, "log-shipper-set");
    assert.deepEqual(spec.selector.matchLabels, selector("log-shipper"));
    assert.deepEqual(spec.template.metadata.labels, labels("log-shipper", "log-shipper"));
    const pod = spec.template.spec;
    assert.equal(pod.automountServiceAccountToken, false);
    assert.deepEqual(pod.securityContext, {
      runAsUser: 0,
      runAsGroup: 0,
      seccompProfile: { type: "RuntimeDefault" },
    });
    assert.deepEqual(
      [pod.nodeSelector, pod.tolerations],
      [{ "kubernetes.io/os": "linux", pool: "mcp" }, [{ operator: "Exists" }]],
    );
    const [container] = pod.containers;
    assert.deepEqual(container.securityContext.capabilities, { drop: ["ALL"] });
    assert.equal(container.securityContext.readOnlyRootFilesystem, true);
    const [pods, storage] = pod.volumes;
    assert.deepEqual(pods.hostPath, { path: "/data/pods", type: "Directory" });
    assert.match(storage.hostPath.path, /^\/var\/lib\/pulumi-mcp-deploy\/log-shipper-[0-9a-f]{8}$/);
    const { data } = named(resources, CONFIG_MAP, "log-shipper-files");
    const { receivers } = parse(data["shipper.yaml"]);
    // The folder is always mounted at the same place.
    assert.equal(receivers.file_log.include[0], "/var/log/pods/mcp-prod_weather-*_*/weather/*.log");
  });

  it("sends to what is there already, with its secrets in a Secret of the shipper's namespace", async () => {
    const otlp = { url: "https://otlp.example.com", secretHeaders: { Authorization: "canary-token" } };
    const { resources } = await collect({ destination: { otlp } });
    assert.deepEqual(namesOf(resources, STATEFUL_SET), []);
    assert.deepEqual(namesOf(resources, PASSWORD), []);
    const secret = named(resources, SECRET, "log-shipper-secrets");
    assert.equal(secret.metadata.namespace, "mcp-prod-logs");
    assert.deepEqual(secretValue(secret.stringData), { SHIPPER_HEADER_0: "canary-token" });
    const { env } = named(resources, DAEMON_SET, "log-shipper-set").spec.template.spec.containers[0];
    assert.deepEqual(env.slice(1), [
      {
        name: "SHIPPER_HEADER_0",
        valueFrom: { secretKeyRef: { name: "log-shipper-secrets-1a2b3c4d", key: "SHIPPER_HEADER_0" } },
      },
    ]);
    assert.ok(!JSON.stringify(named(resources, CONFIG_MAP, "log-shipper-files")).includes("canary"));
  });

  it("names one destination", async () => {
    const both = { otlp: { url: "http://c:4318" }, loki: { url: "http://loki:3100" } };
    await assert.rejects(collect({ destination: both }), InvalidInputError);
  });
});
