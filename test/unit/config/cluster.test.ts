import assert from "node:assert/strict";
import { makeFolder } from "../../support/folder";
import { CLUSTER, forget, load, PYTHON_SERVER, problemsOf } from "./support";

describe("config of a stack for Kubernetes", () => {
  let source = "";
  before(() => {
    source = makeFolder(PYTHON_SERVER);
  });
  after(forget);
  const server = (more: object = {}) => ({ name: "weather", source, ...more });
  const stack = (more: object = {}, servers: object[] = [server()]) => ({ ...CLUSTER, servers, ...more });

  it("needs a context and a registry, and keeps data unless it is told otherwise", () => {
    const { target, cluster, servers } = load(stack());
    assert.equal(target, "kubernetes");
    assert.deepEqual(cluster, { context: "prod", createNamespace: true, adopt: false, keepData: true });
    assert.deepEqual(servers[0]?.args.registry, { server: "ghcr.io" });
    assert.equal(servers[0]?.deployment, undefined);
  });

  it("hands on how the cluster runs a server as it stands there", () => {
    const kubernetes = {
      replicas: 3,
      autoscaling: { maxReplicas: 9, metric: "mcp_active_connections", metricAverage: 20 },
      exposure: { publicUrl: "https://mcp.example.com/mcp", authentication: "oauth" },
      networkRules: "cilium",
      egress: [{ host: "api.example.com" }],
      secretKeys: { TOKEN: { secret: "vault", key: "token" } },
    };
    assert.deepEqual(load(stack({}, [server({ sessions: "none", kubernetes })])).servers[0]?.deployment, {
      ...kubernetes,
      autoscaling: { ...kubernetes.autoscaling, metricAverage: "20" },
    });
  });

  it("is refused without a cluster and a registry, with the commands that set them", () => {
    assert.deepEqual(problemsOf({ target: "kubernetes", servers: [server()] }), [
      {
        path: "mcp:kubernetes.context",
        message: "is missing: a stack belongs to one cluster",
        allowed: "a context of your kubeconfig, as `kubectl config get-contexts` lists them",
        fix: "pulumi config set --path mcp:kubernetes.context CONTEXT",
      },
      {
        path: "mcp:registry.server",
        message: "is missing: the nodes of a cluster pull the images from a registry",
        allowed: 'a registry, such as "ghcr.io"',
        fix: "pulumi config set --path mcp:registry.server ghcr.io, and mcp:registry.namespace",
      },
    ]);
  });

  it("names the server and the field that a cluster can't do", () => {
    const kubernetes = { replicas: 2, runAsUser: 0, egress: [{ cidr: "10.0.0.1" }] };
    const found = problemsOf(stack({}, [server(), server({ name: "second", kubernetes, develop: {} })]));
    assert.deepEqual(
      found.map(({ path }) => path),
      [
        "mcp:servers[1].kubernetes.replicas",
        "mcp:servers[1].kubernetes.runAsUser",
        "mcp:servers[1].develop",
        "mcp:servers[1].kubernetes.egress[0].cidr",
      ],
    );
  });

  it("suggests the name of a setting that is misspelt, at every level", () => {
    const kubernetes = { replica: 2, autoscaling: { maxReplicas: 3, maxreplica: 1 }, egress: [{ cidrs: "x" }] };
    const found = problemsOf(stack({ kubernetes: { context: "prod", namespaces: "x" } }, [server({ kubernetes })]));
    assert.deepEqual(
      found.map(({ path, fix }) => [path, fix]),
      [
        ["mcp:servers[0].kubernetes.autoscaling.maxreplica", "did you mean `maxReplicas`?"],
        ["mcp:servers[0].kubernetes.egress[0].cidrs", "did you mean `cidr`?"],
        ["mcp:servers[0].kubernetes.replica", "did you mean `replicas`?"],
        ["mcp:kubernetes.namespaces", "did you mean `namespace`?"],
      ],
    );
  });

  it("refuses settings of a cluster in a stack that has none", () => {
    const found = problemsOf({ target: "docker", servers: [server({ kubernetes: { replicas: 1 } })] });
    assert.deepEqual(found, [
      {
        path: "mcp:servers[0].kubernetes",
        message: "means nothing in a stack for docker",
        fix: "remove it, or set mcp:target",
      },
    ]);
  });

  it("wants a REDIS_URL for sessions in Redis: of a service, a secret, or a Secret that exists", () => {
    const shared = server({ sessions: "redis" });
    assert.deepEqual(problemsOf(stack({}, [shared])), [
      {
        path: "mcp:servers[0].sessions",
        message: "the server gets no REDIS_URL",
        got: "redis",
        fix: "add a service of `kind: redis` to mcp:services and to the server's `services`, or REDIS_URL to its `secrets`",
      },
    ]);
    const services = [{ name: "redis", kind: "redis" }];
    assert.equal(problemsOf(stack({ services }, [shared])).length, 1);
    const secrets = { REDIS_URL: "rediss://redis.example.com" };
    const secretKeys = { REDIS_URL: { secret: "redis", key: "url" } };
    for (const config of [
      stack({ services }, [{ ...shared, services: ["redis"] }]),
      stack({ secrets }, [{ ...shared, secrets: ["REDIS_URL"] }]),
      stack({}, [{ ...shared, kubernetes: { secretKeys } }]),
    ]) {
      assert.equal(load(config).servers[0]?.args.sessions, "redis");
    }
  });

  it("refuses what services mean on one machine only, and what `restricted` forbids", () => {
    const services = [
      { name: "db", image: "postgres:17", publish: 5432, containerName: "db-1", capabilities: ["CHOWN"], user: "root" },
      { name: "redis", kind: "redis", user: 0 },
    ];
    assert.deepEqual(problemsOf(stack({ services })), [
      {
        path: "mcp:services[0].internalPort",
        message: "is missing: a Service has to know the port",
        fix: "set mcp:services[0].internalPort to the port that db listens on",
      },
      ...["publish", "containerName"].map((field) => ({
        path: `mcp:services[0].${field}`,
        message: "means nothing in a stack for kubernetes",
        fix: "remove it, or set mcp:target",
      })),
      {
        path: "mcp:services[0].capabilities",
        message: 'the Pod Security Standard "restricted" forbids them',
        got: "CHOWN",
        fix: "use an image that runs without them, such as a rootless one",
      },
      ...["root", "0"].map((got, index) => ({
        path: `mcp:services[${index}].user`,
        message: "is no number of a user without privileges",
        got,
        fix: "set its uid, such as 999",
      })),
    ]);
    const sound = { name: "db", image: "postgres:17", internalPort: 5432, user: 70, volume: "/data" };
    assert.equal(load(stack({ services: [sound] })).services[0]?.args.internalPort, 5432);
  });

  it("gives each server a port of its own: several may have the same", () => {
    assert.equal(load(stack({}, [server(), server({ name: "second" })])).servers.length, 2);
    const [clash] = problemsOf(stack({}, [server(), server()]));
    assert.equal(clash?.path, "mcp:servers[1].name");
  });
});
