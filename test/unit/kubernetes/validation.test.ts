import assert from "node:assert/strict";
import type { DeploymentSettings } from "../../../components/kubernetes/settings";
import { deploymentProblems } from "../../../components/kubernetes/validate";
import type { Problem } from "../../../components/server";

type Server = Parameters<typeof deploymentProblems>[0];

const SERVER: Server = {
  transport: "http",
  sessions: undefined,
  path: "/mcp",
  launchedByClient: false,
  develop: undefined,
};
const PUBLIC = { publicUrl: "https://mcp.example.com/mcp", authentication: "oauth" } as const;

const problems = (settings: DeploymentSettings, server: Partial<Server> = {}): Problem[] =>
  deploymentProblems({ ...SERVER, ...server }, settings);
const paths = (...args: Parameters<typeof problems>) => problems(...args).map(({ path }) => path);
const only = (...args: Parameters<typeof problems>): Problem => {
  const found = problems(...args);
  assert.equal(found.length, 1, JSON.stringify(found));
  return found[0] as Problem;
};
const exposed = (exposure: object, server: Partial<Server> = {}) =>
  only({ exposure: { ...PUBLIC, ...exposure } as typeof PUBLIC }, server);
const egress = (...rules: NonNullable<DeploymentSettings["egress"]>) => problems({ egress: rules });

describe("validation of a deployment", () => {
  it("accepts what says nothing, and all of what is right", () => {
    assert.deepEqual(problems({}), []);
    assert.deepEqual(
      problems(
        {
          replicas: 3,
          autoscaling: { minReplicas: 3, maxReplicas: 10, cpuPercent: 60, metric: "m", metricAverage: "20" },
          exposure: { ...PUBLIC, kind: "ingress", clusterIssuer: "letsencrypt" },
          networkRules: "cilium",
          egress: [
            { cidr: "0.0.0.0/0", except: ["169.254.169.254/32", "10.0.0.0/8"] },
            { cidr: "2001:db8::/32", except: ["2001:db8:1::/48"], ports: [1, 65535] },
            { namespace: "databases", podLabels: { app: "postgres" } },
            { podLabels: {} },
            { host: "*.example.com" },
          ],
          runAsUser: 1,
          rolloutTimeoutSeconds: 86_400,
        },
        { sessions: "none" },
      ),
      [],
    );
  });

  describe("of the number of replicas", () => {
    it("wants whole numbers within reason", () => {
      const allowed = "a whole number from 1 to 1000";
      const message = "this is out of range";
      for (const replicas of [0, -1, 1001]) {
        assert.deepEqual(only({ replicas }, { sessions: "none" }), {
          path: "replicas",
          message,
          got: String(replicas),
          allowed,
        });
      }
      assert.deepEqual(paths({ replicas: 1.5 }, { sessions: "none" }), ["replicas"]);
      assert.deepEqual(paths({ autoscaling: { minReplicas: 0, maxReplicas: 1 } }), ["autoscaling.minReplicas"]);
    });

    it("wants a range upwards, from `replicas` on unless a minimum is given", () => {
      const server = { sessions: "none" } as const;
      assert.deepEqual(only({ replicas: 4, autoscaling: { maxReplicas: 3 } }, server), {
        path: "autoscaling.maxReplicas",
        message: "this is out of range",
        got: "3",
        allowed: "a whole number from 4 to 1000",
      });
      assert.deepEqual(paths({ replicas: 4, autoscaling: { minReplicas: 2, maxReplicas: 3 } }, server), []);
    });

    it("wants percentages above nothing, and a metric with its average", () => {
      const server = { sessions: "none" } as const;
      const autoscaling = { maxReplicas: 2, cpuPercent: 0, memoryPercent: -5, metric: "m" };
      assert.deepEqual(paths({ autoscaling }, server), [
        "autoscaling.cpuPercent",
        "autoscaling.memoryPercent",
        "autoscaling.metricAverage",
      ]);
      assert.deepEqual(only({ autoscaling: { maxReplicas: 2, metricAverage: "20" } }, server), {
        path: "autoscaling.metric",
        message: "is missing: `metric` says what is measured, `metricAverage` what to aim at",
        fix: "set both, or neither",
      });
    });
  });

  describe("of scaling", () => {
    const message =
      "clients of protocol revision 2025-11-25 and earlier keep a session, which only the replica that opened it knows";
    const fix =
      "set `sessions` to none (the server keeps none), affinity (a client stays at its replica) or redis (all replicas share them)";

    it("refuses several replicas of a server that says nothing of its sessions", () => {
      const allowed = "1, or any number with `sessions`";
      assert.deepEqual(only({ replicas: 2 }), { path: "replicas", message, got: "2", allowed, fix });
      assert.deepEqual(only({ autoscaling: { maxReplicas: 5 } }), {
        path: "autoscaling.maxReplicas",
        message,
        got: "5",
        allowed,
        fix,
      });
    });

    it("accepts them with sessions of any kind, and an autoscaler of one replica without", () => {
      for (const sessions of ["none", "affinity", "redis"] as const) {
        assert.deepEqual(problems({ replicas: 2 }, { sessions }), []);
      }
      assert.deepEqual(problems({ autoscaling: { maxReplicas: 1 } }), []);
    });

    it("refuses several replicas of a stdio server, whatever it says of its sessions", () => {
      const problem = only({ replicas: 2 }, { transport: "stdio", sessions: "affinity" });
      assert.deepEqual(problem, {
        path: "replicas",
        message: "a stdio server can't be scaled: each of its sessions is a process in the pod that started it",
        got: "2",
        allowed: "1",
        fix: "set it to 1, or let the server speak Streamable HTTP and set `transport: http`",
      });
      assert.deepEqual(problems({}, { transport: "stdio" }), []);
    });
  });

  it("refuses what belongs to Docker: containers that clients start, and development", () => {
    assert.deepEqual(only({}, { transport: "stdio", launchedByClient: true }), {
      path: "launchedByClient",
      message: "no client can start a container in a cluster",
      got: "true",
      fix: "remove it: the server is served by HTTP",
    });
    assert.deepEqual(only({}, { develop: { mount: true, debugPort: undefined } }), {
      path: "develop",
      message: "is for Docker: a cluster has no source folder to take edits from",
      fix: "remove it, or develop with `target: docker` or `target: process`",
    });
  });

  it("refuses root, and time-outs that are none", () => {
    assert.deepEqual(only({ runAsUser: 0 }), {
      path: "runAsUser",
      message: "this is out of range",
      got: "0",
      allowed: "a whole number from 1 to 2147483647",
    });
    for (const rolloutTimeoutSeconds of [0, -1, 1.5, 86_401]) {
      assert.equal(only({ rolloutTimeoutSeconds }).path, "rolloutTimeoutSeconds");
    }
  });

  it("refuses network rules that nobody knows", () => {
    const { path, got, allowed } = only({ networkRules: "calico" as "cilium" });
    assert.deepEqual([path, got, allowed], ["networkRules", "calico", "kubernetes, cilium, none"]);
  });

  describe("of what a server may connect to", () => {
    it("wants each rule to say one place", () => {
      const message = "says where by one of cidr, namespace (or podLabels, in its own) and host";
      const fix = "write a rule for each";
      assert.deepEqual(egress({ ports: [443] }), [{ path: "egress[0]", message, got: "none of them", fix }]);
      assert.deepEqual(egress({ podLabels: {} }, { cidr: "10.0.0.0/8", namespace: "x" }), [
        { path: "egress[1]", message, got: "cidr and namespace", fix },
      ]);
    });

    it("wants ranges of addresses", () => {
      const message = "this is no range of addresses";
      const allowed = 'a CIDR, such as "203.0.113.0/24"';
      assert.deepEqual(egress({ cidr: "203.0.113.7" }), [
        {
          path: "egress[0].cidr",
          message,
          got: "203.0.113.7",
          allowed,
          fix: 'write "203.0.113.7/32" for the one address',
        },
      ]);
      for (const cidr of [
        "example.com",
        "10.0.0.0/33",
        "10.0.0/8",
        "256.0.0.0/8",
        "::/129",
        ":::/8",
        "10.0.0.0/8/8",
        "10.0.0.0/",
      ]) {
        assert.deepEqual(egress({ cidr }), [{ path: "egress[0].cidr", message, got: cidr, allowed }], cidr);
      }
    });

    it("wants exceptions to be ranges, and parts of what they are an exception of", () => {
      assert.deepEqual(egress({ cidr: "10.0.0.0/8", except: ["10.1.0.0"] })[0]?.path, "egress[0].except");
      for (const part of ["192.168.0.0/16", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32"]) {
        assert.deepEqual(
          egress({ cidr: "10.0.0.0/8", except: [part] }),
          [{ path: "egress[0].except", message: "is no part of 10.0.0.0/8", got: part, fix: "remove it" }],
          part,
        );
      }
      assert.deepEqual(egress({ namespace: "x", except: ["10.0.0.0/8"] }), [
        { path: "egress[0].except", message: "means nothing without `cidr`", fix: "set `cidr`, or remove it" },
      ]);
    });

    it("wants TCP ports, and not the empty list, which would be all of them", () => {
      assert.deepEqual(egress({ cidr: "10.0.0.0/8", ports: [] }), [
        { path: "egress[0].ports", message: "is empty", fix: "name the ports, or remove it for 443" },
      ]);
      assert.deepEqual(
        egress({ cidr: "10.0.0.0/8", ports: [0, 65536, 1.5, 80] }).map(({ path, got }) => [path, got]),
        [
          ["egress[0].ports", "0"],
          ["egress[0].ports", "65536"],
          ["egress[0].ports", "1.5"],
        ],
      );
    });

    it("refuses host names where nothing can enforce them, rather than allow every address", () => {
      for (const networkRules of [undefined, "kubernetes"] as const) {
        const rules = { ...(networkRules && { networkRules }), egress: [{ host: "api.example.com" }] };
        assert.deepEqual(only(rules), {
          path: "egress[0].host",
          message: "Kubernetes' own NetworkPolicy knows no host names, and would have to allow every address",
          got: "api.example.com",
          allowed: "addresses by `cidr`",
          fix: "set `cidr`, or `networkRules: cilium` where the cluster's network is Cilium",
        });
      }
    });
  });

  describe("of exposure", () => {
    it("refuses a public server that does not say who checks its callers", () => {
      assert.deepEqual(exposed({ authentication: undefined }), {
        path: "exposure.authentication",
        message: "anybody who knows the URL could use the server's tools",
        allowed: "oauth, proxy, none",
        fix: "set it to oauth when the server checks tokens, to proxy when a proxy before it does, or to none to let everybody in",
      });
      assert.equal(exposed({ authentication: "basic" }).path, "exposure.authentication");
      assert.deepEqual(problems({ exposure: { ...PUBLIC, authentication: "none" } }), []);
    });

    it("wants a URL over TLS without further parts", () => {
      assert.equal(exposed({ publicUrl: "mcp.example.com/mcp" }).message, "this is no URL");
      assert.deepEqual(exposed({ publicUrl: "http://mcp.example.com/mcp" }), {
        path: "exposure.publicUrl",
        message: "calls and tokens would travel in clear",
        got: "http://mcp.example.com/mcp",
        allowed: 'a URL such as "https://mcp.example.com/mcp"',
        fix: 'write "https://mcp.example.com/mcp"',
      });
      for (const publicUrl of [
        "https://mcp.example.com/mcp?x=1",
        "https://mcp.example.com/mcp#x",
        "https://me@mcp.example.com/mcp",
        "https://mcp.example.com:8443/mcp",
      ]) {
        assert.equal(exposed({ publicUrl }).message, "has parts that no client needs", publicUrl);
      }
    });

    it("wants a host by its name", () => {
      for (const host of ["203.0.113.7", "[2001:db8::1]", "my_server.example.com"]) {
        const { path, message } = exposed({ publicUrl: `https://${host}/mcp` });
        assert.deepEqual(
          [path, message],
          ["exposure.publicUrl", "its host is no DNS name, by which an Ingress tells servers apart"],
        );
      }
    });

    it("wants the server's own path in it", () => {
      assert.deepEqual(exposed({ publicUrl: "https://mcp.example.com/weather" }), {
        path: "exposure.publicUrl",
        message: "its path is not that of the server, /mcp",
        got: "https://mcp.example.com/weather",
        fix: "set `path: /weather`, or end it with /mcp",
      });
      assert.deepEqual(problems({ exposure: PUBLIC }, { path: "/mcp" }), []);
    });

    it("wants a gateway that is named in full, and no certificate for it", () => {
      assert.deepEqual(exposed({ kind: "gateway" }), {
        path: "exposure.gateway",
        message: "is missing",
        allowed: '"namespace/name" of a Gateway that exists',
      });
      assert.deepEqual(exposed({ kind: "gateway", gateway: "public" }).got, "public");
      assert.deepEqual(exposed({ kind: "gateway", gateway: "infra/public", tlsSecret: "tls" }), {
        path: "exposure.tlsSecret",
        message: "is for an Ingress",
        got: "tls",
        fix: "remove it: a Gateway holds the certificate of its own listener",
      });
      assert.equal(
        exposed({ kind: "gateway", gateway: "infra/public", clusterIssuer: "x" }).path,
        "exposure.clusterIssuer",
      );
      assert.equal(exposed({ kind: "loadBalancer" }).path, "exposure.kind");
    });
  });

  it("reports everything at once", () => {
    const settings = {
      replicas: 2,
      runAsUser: 0,
      networkRules: "x" as "none",
      egress: [{ cidr: "x" }],
      exposure: { publicUrl: "x" } as unknown as typeof PUBLIC,
    };
    assert.deepEqual(paths(settings, { launchedByClient: true }), [
      "replicas",
      "runAsUser",
      "launchedByClient",
      "networkRules",
      "egress[0].cidr",
      "exposure.publicUrl",
      "exposure.authentication",
    ]);
  });
});
