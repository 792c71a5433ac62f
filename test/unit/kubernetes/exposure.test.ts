import assert from "node:assert/strict";
import { removeFolders } from "../../support/folder";
import { settled } from "../../support/mocks";
import { type Args, containerOf, deploy, INGRESS, inputsOf, LABELS, ROUTE, typesOf } from "./support";

const PUBLIC = { publicUrl: "https://mcp.example.com/mcp", authentication: "oauth" } as const;
const backend = { service: { name: "weather", port: { number: 80 } } };
const NGINX = {
  "pulumi.com/skipAwait": "true",
  "nginx.ingress.kubernetes.io/proxy-buffering": "off",
  "nginx.ingress.kubernetes.io/proxy-request-buffering": "off",
  "nginx.ingress.kubernetes.io/proxy-http-version": "1.1",
  "nginx.ingress.kubernetes.io/proxy-read-timeout": "65",
  "nginx.ingress.kubernetes.io/proxy-send-timeout": "65",
  "nginx.ingress.kubernetes.io/ssl-redirect": "true",
};

const ingressOf = async (exposure: object, args: Args = {}) =>
  inputsOf((await deploy({ exposure: { ...PUBLIC, ...exposure }, ...args })).resources, INGRESS);

/** Values of the container's variables, by name. */
async function variables(args: Args): Promise<Record<string, string>> {
  const { env } = containerOf((await deploy(args)).resources);
  return Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value]));
}

describe("exposure", () => {
  after(removeFolders);

  it("is none by default: nothing leads into the cluster, and the server hears of no public URL", async () => {
    const { resources } = await deploy();
    assert.ok(!typesOf(resources).some((type) => [INGRESS, ROUTE].includes(type)));
    assert.ok(!JSON.stringify(containerOf(resources).env).includes("ALLOWED_HOSTS"));
  });

  it("is by an Ingress: the endpoint and its metadata alone, in TLS, streams passed on as they come", async () => {
    const { resources, result } = await deploy({ namespace: "mcp-prod", exposure: PUBLIC });
    assert.deepEqual(inputsOf(resources, INGRESS), {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "weather", namespace: "mcp-prod", labels: LABELS, annotations: NGINX },
      spec: {
        ingressClassName: "nginx",
        tls: [{ hosts: ["mcp.example.com"] }],
        rules: [
          {
            host: "mcp.example.com",
            http: {
              paths: [
                { path: "/mcp", pathType: "Exact", backend },
                { path: "/.well-known/oauth-protected-resource/mcp", pathType: "Exact", backend },
              ],
            },
          },
        ],
      },
    });
    assert.equal(await settled(result.url), "https://mcp.example.com/mcp");
    assert.equal(await settled(result.clusterUrl), "http://weather.mcp-prod.svc/mcp");
  });

  it("has its metadata without a slash at the end where the endpoint is the host itself", async () => {
    const { spec } = await ingressOf({ publicUrl: "https://mcp.example.com/" }, { path: "/" });
    assert.deepEqual(
      spec.rules[0].http.paths.map(({ path }: { path: string }) => path),
      ["/", "/.well-known/oauth-protected-resource"],
    );
  });

  it("takes its certificate from cert-manager, a Secret, or the controller", async () => {
    const hosts = ["mcp.example.com"];
    const issued = await ingressOf({ clusterIssuer: "letsencrypt" });
    assert.equal(issued.metadata.annotations["cert-manager.io/cluster-issuer"], "letsencrypt");
    assert.deepEqual(issued.spec.tls, [{ hosts, secretName: "weather-tls" }]);
    const given = await ingressOf({ tlsSecret: "wildcard" });
    assert.deepEqual(given.spec.tls, [{ hosts, secretName: "wildcard" }]);
    assert.equal(given.metadata.annotations["cert-manager.io/cluster-issuer"], undefined);
    const both = await ingressOf({ clusterIssuer: "letsencrypt", tlsSecret: "mcp-tls" });
    assert.deepEqual(both.spec.tls, [{ hosts, secretName: "mcp-tls" }]);
  });

  it("waits as long as a call may take, sends a client to its replica, and lets the user's own annotations win", async () => {
    const annotations = {
      "nginx.ingress.kubernetes.io/auth-url": "https://auth.example.com/check",
      "nginx.ingress.kubernetes.io/proxy-send-timeout": "5",
    };
    const { metadata, spec } = await ingressOf(
      { annotations, ingressClass: "internal" },
      { sessions: "affinity", replicas: 2, callTimeoutSeconds: 600 },
    );
    assert.deepEqual(metadata.annotations, {
      ...NGINX,
      "nginx.ingress.kubernetes.io/upstream-hash-by": "$binary_remote_addr",
      "nginx.ingress.kubernetes.io/proxy-read-timeout": "605",
      ...annotations,
    });
    assert.equal(spec.ingressClassName, "internal");
  });

  it("is by a Gateway's HTTPRoute when it is told so", async () => {
    const exposure = { ...PUBLIC, kind: "gateway", gateway: "infra/public", annotations: { team: "mcp" } } as const;
    const { resources } = await deploy({ namespace: "mcp-prod", callTimeoutSeconds: 90, exposure });
    assert.ok(!typesOf(resources).includes(INGRESS));
    assert.deepEqual(inputsOf(resources, ROUTE), {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: "weather", namespace: "mcp-prod", labels: LABELS, annotations: { team: "mcp" } },
      spec: {
        parentRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "infra", name: "public" }],
        hostnames: ["mcp.example.com"],
        rules: [
          {
            matches: [{ path: { type: "Exact", value: "/mcp" }, method: "GET" }],
            backendRefs: [{ group: "", kind: "Service", name: "weather", port: 80, weight: 1 }],
            timeouts: { request: "0s", backendRequest: "0s" },
          },
          {
            matches: [
              { path: { type: "Exact", value: "/mcp" } },
              { path: { type: "Exact", value: "/.well-known/oauth-protected-resource/mcp" } },
            ],
            backendRefs: [{ group: "", kind: "Service", name: "weather", port: 80, weight: 1 }],
            timeouts: { request: "95s", backendRequest: "95s" },
          },
        ],
      },
    });
  });

  it("keeps a client at its replica behind a Gateway, too", async () => {
    const exposure = { ...PUBLIC, kind: "gateway", gateway: "infra/public" } as const;
    const { resources } = await deploy({ sessions: "affinity", replicas: 2, exposure });
    assert.deepEqual(inputsOf(resources, ROUTE).spec.rules[0].sessionPersistence, {
      type: "Cookie",
      sessionName: "mcp-affinity",
      absoluteTimeout: "3h",
    });
  });

  it("tells the server by which names and from which pages requests come, spelled out in full", async () => {
    const hosts = [
      "mcp.example.com",
      "weather",
      "weather.mcp-prod",
      "weather.mcp-prod.svc",
      "weather.mcp-prod.svc.cluster.local",
      "$(POD_IP)",
    ];
    const origins = ["https://mcp.example.com", "https://app.example.com"];
    const exposure = {
      ...PUBLIC,
      allowedOrigins: ["https://app.example.com"],
      authorizationServers: ["https://login.example.com", "https://id.example.org"],
    };
    const env = await variables({ namespace: "mcp-prod", exposure });
    assert.equal(env.MCP_PUBLIC_URL, "https://mcp.example.com/mcp");
    assert.equal(env.ALLOWED_HOSTS, hosts.join(","));
    assert.equal(env.ALLOWED_ORIGINS, origins.join(","));
    assert.deepEqual(JSON.parse(env.FASTMCP_HTTP_ALLOWED_HOSTS ?? ""), hosts);
    assert.deepEqual(JSON.parse(env.FASTMCP_HTTP_ALLOWED_ORIGINS ?? ""), origins);
    assert.equal(env.MCP_AUTHORIZATION_SERVERS, "https://login.example.com,https://id.example.org");
  });

  it("names the Service as Pulumi called it", async () => {
    const { ALLOWED_HOSTS } = await variables({ namespace: "shared", fixedNames: false, exposure: PUBLIC });
    assert.equal(
      ALLOWED_HOSTS,
      "mcp.example.com,weather-service-1a2b3c4d,weather-service-1a2b3c4d.shared,weather-service-1a2b3c4d.shared.svc,weather-service-1a2b3c4d.shared.svc.cluster.local,$(POD_IP)",
    );
    const { spec } = await ingressOf({}, { namespace: "shared", fixedNames: false });
    assert.equal(spec.rules[0].http.paths[0].backend.service.name, "weather-service-1a2b3c4d");
  });
});
