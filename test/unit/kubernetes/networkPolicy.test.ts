import assert from "node:assert/strict";
import { removeFolders } from "../../support/folder";
import { CILIUM_POLICY, deploy, inputsOf, LABELS, NETWORK_POLICY, SELECTOR, typesOf } from "./support";

const namespace = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: "TCP" }));
const DNS = {
  to: [
    { ...namespace("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } },
    { ipBlock: { cidr: "169.254.20.10/32" } },
  ],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};

const specOf = async (args = {}) => inputsOf((await deploy(args)).resources, NETWORK_POLICY).spec;

describe("network rules", () => {
  after(removeFolders);

  it("let pods of the namespace call the server, the monitoring read its metrics, and the server ask the DNS", async () => {
    const { resources } = await deploy({ namespace: "mcp-prod", port: 9000, metricsPort: 9100 });
    assert.deepEqual(inputsOf(resources, NETWORK_POLICY), {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "weather", namespace: "mcp-prod", labels: LABELS },
      spec: {
        podSelector: { matchLabels: SELECTOR },
        policyTypes: ["Ingress", "Egress"],
        ingress: [
          { from: [{ podSelector: {} }], ports: tcp(9000) },
          { from: [namespace("monitoring")], ports: tcp(9100) },
        ],
        egress: [DNS],
      },
    });
  });

  it("let in whom they name, and nobody else of the namespace", async () => {
    const agent = { app: "agent" };
    const ingress = [{ namespace: "agents" }, { podLabels: agent }, { namespace: "agents", podLabels: agent }];
    const { ingress: rules } = await specOf({ ingress, monitoringNamespace: "prometheus" });
    assert.deepEqual(rules, [
      {
        from: [
          namespace("agents"),
          { podSelector: { matchLabels: agent } },
          { ...namespace("agents"), podSelector: { matchLabels: agent } },
        ],
        ports: tcp(8080),
      },
      { from: [namespace("prometheus")], ports: tcp(8000) },
    ]);
  });

  it("let in nobody where the list of callers is empty", async () => {
    const { ingress } = await specOf({ ingress: [] });
    assert.deepEqual(ingress, [{ from: [namespace("monitoring")], ports: tcp(8000) }]);
  });

  it("let in what carries requests from outside: the ingress controller, or the gateway", async () => {
    const publicUrl = "https://mcp.example.com/mcp";
    const from = async (exposure: object) =>
      (await specOf({ exposure: { publicUrl, authentication: "oauth", ...exposure } })).ingress[0].from;
    assert.deepEqual(await from({}), [{ podSelector: {} }, namespace("ingress-nginx")]);
    assert.deepEqual(await from({ fromNamespace: "traefik" }), [{ podSelector: {} }, namespace("traefik")]);
    assert.deepEqual(await from({ kind: "gateway", gateway: "infra/public" }), [
      { podSelector: {} },
      namespace("infra"),
    ]);
  });

  it("let the server out to what is declared: addresses, namespaces and pods, on port 443 unless others are named", async () => {
    const { egress } = await specOf({
      egress: [
        { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] },
        { namespace: "databases", podLabels: { app: "postgres" }, ports: [5432] },
        { podLabels: { app: "redis" }, ports: [6379, 6380] },
        { namespace: "search" },
      ],
    });
    assert.deepEqual(egress, [
      DNS,
      { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.169.254/32"] } }], ports: tcp(443) },
      { to: [{ ...namespace("databases"), podSelector: { matchLabels: { app: "postgres" } } }], ports: tcp(5432) },
      { to: [{ podSelector: { matchLabels: { app: "redis" } } }], ports: tcp(6379, 6380) },
      { to: [namespace("search")], ports: tcp(443) },
    ]);
  });

  it("hold host names for Cilium only, beside the rules for everything else", async () => {
    const { resources } = await deploy({
      namespace: "mcp-prod",
      networkRules: "cilium",
      egress: [{ host: "api.example.com" }, { host: "*.example.org", ports: [443, 8443] }, { cidr: "203.0.113.0/24" }],
    });
    assert.deepEqual(inputsOf(resources, NETWORK_POLICY).spec.egress, [
      DNS,
      { to: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports: tcp(443) },
    ]);
    assert.deepEqual(inputsOf(resources, CILIUM_POLICY), {
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { name: "weather", namespace: "mcp-prod", labels: LABELS },
      spec: {
        endpointSelector: { matchLabels: SELECTOR },
        egress: [
          {
            toEndpoints: [
              { matchLabels: { "k8s:io.kubernetes.pod.namespace": "kube-system", "k8s:k8s-app": "kube-dns" } },
            ],
            toPorts: [{ ports: [{ port: "53", protocol: "ANY" }], rules: { dns: [{ matchPattern: "*" }] } }],
          },
          { toFQDNs: [{ matchName: "api.example.com" }], toPorts: [{ ports: [{ port: "443", protocol: "TCP" }] }] },
          {
            toFQDNs: [{ matchPattern: "*.example.org" }],
            toPorts: [
              {
                ports: [
                  { port: "443", protocol: "TCP" },
                  { port: "8443", protocol: "TCP" },
                ],
              },
            ],
          },
        ],
      },
    });
  });

  it("need no object of Cilium's without host names, and none at all when nothing enforces them", async () => {
    const cilium = typesOf((await deploy({ networkRules: "cilium" })).resources);
    assert.ok(cilium.includes(NETWORK_POLICY) && !cilium.includes(CILIUM_POLICY));
    const none = typesOf((await deploy({ networkRules: "none" })).resources);
    assert.ok(!none.includes(NETWORK_POLICY) && !none.includes(CILIUM_POLICY));
  });
});
