import assert from "node:assert/strict";
import { selectorLabels } from "../../../../components/kubernetes/labels";
import { ruleFor, serviceRules, shipperRules } from "../../../../components/kubernetes/logging/policies";
import { settled } from "../../../support/mocks";

const tcp = (port: number) => ({ port, protocol: "TCP" });
const inNamespace = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

describe("the way to a URL", () => {
  const ways: [string, object][] = [
    ["http://loki.logs.svc:3100", { to: [inNamespace("logs")] }],
    ["http://loki.logs.svc.cluster.local:3100/otlp", { to: [inNamespace("logs")] }],
    ["http://sink:4318", { to: [inNamespace("mcp-prod")] }],
    ["https://otlp.example.com/v1", { ports: [tcp(443)] }],
    ["http://otlp.example.com", { ports: [tcp(80)] }],
    ["https://logs.example.com:9200", { ports: [tcp(9200)] }],
    ["https://logs.eu.svc.example.com", { ports: [tcp(443)] }],
    ["http://[fd00::1]:4318", { to: [{ ipBlock: { cidr: "fd00::1/128" } }], ports: [tcp(4318)] }],
    ["http://10.1.2.3:4318", { to: [{ ipBlock: { cidr: "10.1.2.3/32" } }], ports: [tcp(4318)] }],
  ];
  for (const [url, rule] of ways) {
    it(`${url} is allowed`, () => {
      assert.deepEqual(ruleFor(url, "mcp-prod"), rule);
    });
  }
});

/** Rules that are known at preview. */
async function rules(output: ReturnType<typeof serviceRules>): Promise<{ [field: string]: unknown }> {
  const spec = await settled(output);
  assert.ok(spec);
  return { ...spec };
}

describe("rules of the logs' network", () => {
  const connections = { namespace: "mcp-prod", shipperNamespace: "mcp-prod-logs", port: 4318 };
  const labelsOf = (name: string) => ({ matchLabels: selectorLabels(name) });

  it("let the shipper of its own namespace to Logstash, and Logstash to Elasticsearch", async () => {
    const url = "http://elasticsearch.mcp-prod.svc:9200";
    const spec = await rules(serviceRules("logstash", { ...connections, callers: ["log-shipper"], calls: url }));
    assert.deepEqual(spec.podSelector, labelsOf("logstash"));
    assert.deepEqual(spec.policyTypes, ["Ingress", "Egress"]);
    const from = [{ ...inNamespace("mcp-prod-logs"), podSelector: labelsOf("log-shipper") }];
    assert.deepEqual(spec.ingress, [{ from, ports: [tcp(4318)] }]);
    const [dns, ...others] = spec.egress as { ports: { port: number }[] }[];
    assert.deepEqual(
      dns?.ports.map(({ port }) => port),
      [53, 53],
    );
    assert.deepEqual(others, [{ to: [inNamespace("mcp-prod")] }]);
  });

  it("let services of the same namespace to Elasticsearch, and Elasticsearch to nothing", async () => {
    const spec = await rules(serviceRules("elasticsearch", { ...connections, callers: ["logstash", "kibana"] }));
    const from = ["logstash", "kibana"].map((name) => ({ podSelector: labelsOf(name) }));
    assert.deepEqual([spec.ingress, spec.egress], [[{ from, ports: [tcp(4318)] }], undefined]);
  });

  it("let nobody to Kibana but through a port-forward, and nobody to the shipper", async () => {
    assert.equal((await rules(serviceRules("kibana", { ...connections, callers: [] }))).ingress, undefined);
    const shipper = await rules(shipperRules("https://otlp.example.com/v1/logs", "mcp-prod"));
    assert.deepEqual([shipper.policyTypes, shipper.ingress], [["Ingress", "Egress"], undefined]);
    assert.deepEqual((shipper.egress as object[]).at(-1), { ports: [tcp(443)] });
  });
});
