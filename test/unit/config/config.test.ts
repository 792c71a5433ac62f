import assert from "node:assert/strict";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { resolve, Target } from "../../../components/server";
import { clashes } from "../../../config/clashes";
import { makeFolder } from "../../support/folder";
import { settled } from "../../support/mocks";
import { forget, load, PYTHON_SERVER, problemsOf } from "./support";

describe("stack config", () => {
  let source = "";
  before(() => {
    source = makeFolder(PYTHON_SERVER);
  });
  after(forget);

  it("needs nothing but a server's name and source", () => {
    assert.deepEqual(load({ servers: [{ name: "weather", source }] }), {
      target: "process",
      servers: [{ name: "weather", target: "process", services: [], args: { source, clients: [], secrets: {} } }],
      services: [],
    });
  });

  it("turns numbers and booleans of YAML into the text of environment variables and arguments", () => {
    const [server] = load({
      servers: [{ name: "weather", source, env: { DEBUG: false, LIMIT: 3 }, args: ["-p", 1] }],
    }).servers;
    assert.deepEqual(server?.args.env, { DEBUG: "false", LIMIT: "3" });
    assert.deepEqual(server?.args.args, ["-p", "1"]);
  });

  it("tells of a fraction where no rule says more", () => {
    const services = [{ name: "db", image: "postgres:17", publish: 5432.5 }];
    const found = problemsOf({ servers: [{ name: "a", source, port: 80.5 }], services });
    assert.deepEqual(
      found.map(({ path, got, allowed }) => [path, got, allowed]),
      [
        ["mcp:servers[0].port", "80.5", "a whole number from 1024 to 65535"],
        ["mcp:services[0].publish", "5432.5", "a whole number"],
      ],
    );
  });

  it("says what is missing, and what it is for", () => {
    const kubernetes = { exposure: { publicUrl: "https://mcp.example.com/mcp" } };
    assert.deepEqual(problemsOf({ servers: [{ name: "a", source, kubernetes }] }), [
      {
        path: "mcp:servers[0].kubernetes.exposure.authentication",
        message: "is missing",
        allowed:
          'Who checks the callers: "oauth", "proxy" or "none". Required: a public server that lets anybody in has to say so.',
        fix: "set mcp:servers[0].kubernetes.exposure.authentication",
      },
    ]);
  });

  it("never prints a value of mcp:secrets", () => {
    const found = problemsOf({ servers: [{ name: "a", source }], secrets: { KEY: ["s3cret"] } }, ["secrets"]);
    assert.deepEqual(found, [{ path: "mcp:secrets.KEY", message: "is not valid", allowed: "text" }]);
  });

  it("takes the values of named secrets from mcp:secrets, as secrets", async () => {
    const config = { servers: [{ name: "weather", source, secrets: ["API_KEY"] }], secrets: { API_KEY: "s3cret" } };
    const secrets = load(config, ["secrets"]).servers[0]?.args.secrets as Record<string, pulumi.Output<string>>;
    const { API_KEY } = secrets;
    assert.ok(API_KEY);
    assert.equal(await pulumi.isSecret(API_KEY), true);
    assert.equal(await settled(API_KEY), "s3cret");
  });

  it("names the server's path, the name and the command when a secret has no value", () => {
    assert.deepEqual(problemsOf({ servers: [{ name: "weather", source, secrets: ["API_KEY"] }] }), [
      {
        path: "mcp:servers[0].secrets",
        message: "the secret API_KEY has no value",
        allowed: "a value in mcp:secrets.API_KEY",
        fix: "pulumi config set --secret --path 'mcp:secrets.API_KEY' VALUE",
      },
    ]);
  });

  it("refuses secret values outside mcp:secrets, without printing them", () => {
    const [problem, ...others] = problemsOf({ servers: [{ name: "weather", source, env: { KEY: "s3cret" } }] }, [
      "servers",
    ]);
    assert.equal(problem?.path, "mcp:servers");
    assert.match(problem?.fix ?? "", /pulumi config set --secret --path 'mcp:secrets\.API_KEY' VALUE/);
    assert.ok(!JSON.stringify([problem, ...others]).includes("s3cret"));
  });

  it("refuses secrets that are not encrypted, without printing them", () => {
    const config = { servers: [{ name: "weather", source, secrets: ["API_KEY"] }], secrets: { API_KEY: "s3cret" } };
    const [problem, ...others] = problemsOf(config, []);
    assert.deepEqual(others, []);
    assert.equal(problem?.path, "mcp:secrets");
    assert.match(problem?.fix ?? "", /pulumi config set --secret/);
    assert.ok(!JSON.stringify(problem).includes("s3cret"));
  });

  it("says only that once, not that the servers are missing too", () => {
    assert.equal(problemsOf({ servers: [{ name: "weather", source }] }, ["servers"]).length, 1);
  });

  it("refuses unknown keys with the nearest known name, at every level", () => {
    const found = problemsOf({
      server: [],
      servers: [{ name: "weather", source, prot: 1, health: { interval: 3 } }],
    });
    assert.deepEqual(found.map(({ path, fix }) => `${path}: ${fix}`).sort(), [
      "mcp:server: did you mean `servers`?",
      "mcp:servers[0].health.interval: remove it",
      "mcp:servers[0].prot: did you mean `port`?",
    ]);
  });

  it("says what was got and what is allowed for a value of the wrong kind", () => {
    assert.deepEqual(problemsOf({ target: "podman", servers: [{ name: "weather", source, port: "high" }] }), [
      { path: "mcp:target", message: "is not valid", got: '"podman"', allowed: "process, docker, kubernetes" },
      { path: "mcp:servers[0].port", message: "is not valid", got: '"high"', allowed: "a whole number" },
    ]);
  });

  it("asks for servers when there are none", () => {
    assert.deepEqual(
      problemsOf({}).map(({ path, message, fix }) => ({ path, message, fix })),
      [{ path: "mcp:servers", message: "is missing", fix: "set mcp:servers" }],
    );
  });

  it("reports the problems of all servers together, each with its path", () => {
    const missing = path.join(source, "missing");
    const found = problemsOf({
      servers: [
        { name: "Weather!", source },
        { name: "b", source: missing, port: 99_999 },
      ],
    });
    assert.deepEqual(found.map((problem) => problem.path).sort(), [
      "mcp:servers[0].name",
      "mcp:servers[1].port",
      "mcp:servers[1].source",
    ]);
  });

  it("checks what is sound in itself even when something else has the wrong shape", () => {
    const found = problemsOf({
      servers: [
        { name: "a", source, port: "x" },
        { name: "b", source: path.join(source, "missing") },
      ],
    });
    assert.deepEqual(
      found.map((problem) => problem.path),
      ["mcp:servers[0].port", "mcp:servers[1].source"],
    );
  });

  it("refuses two servers of one name, or of one port on this machine", () => {
    const found = problemsOf({
      servers: [
        { name: "a", source },
        { name: "a", source, port: 8000, metricsPort: 9100 },
      ],
    });
    assert.deepEqual(
      found.map(({ path, message }) => `${path}: ${message}`),
      [
        "mcp:servers[1].name: name a is already used by mcp:servers[0].name",
        "mcp:servers[1].port: port 8000 is already used by mcp:servers[0].metricsPort",
      ],
    );
  });

  it("allows equal ports where each server has its own network", () => {
    const servers = ["a", "b"].map((name) => resolve(name, { source }));
    assert.deepEqual(
      clashes(
        servers,
        servers.map(() => Target.Kubernetes),
      ),
      [],
    );
  });

  it("asks a stack for Kubernetes which cluster it belongs to, and for a registry", () => {
    assert.deepEqual(problemsOf({ target: "kubernetes", servers: [{ name: "a", source }] }), [
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

  describe("of an image that exists already", () => {
    const reference = "ghcr.io/acme/weather:1.4.2";
    const weather = { name: "weather", image: { reference } };

    it("needs no source", () => {
      assert.deepEqual(load({ target: "docker", servers: [weather] }).servers, [
        {
          name: "weather",
          target: "docker",
          services: [],
          args: { clients: [], secrets: {}, image: { reference } },
        },
      ]);
    });

    it("takes of the stack's image settings what concerns it, and no registry", () => {
      const shared = { base: "node:22-slim", mirror: "m", scan: { severity: "low" }, platform: "linux/amd64" };
      const config = { target: "docker", image: shared, registry: { server: "ghcr.io" } };
      const servers = [weather, { name: "other", source, image: { layout: "lightweight" }, port: 9000 }];
      const [prebuilt, built] = load({ ...config, servers }).servers;
      assert.deepEqual(prebuilt?.args.image, { reference, scan: { severity: "low" }, platform: "linux/amd64" });
      assert.equal(prebuilt?.args.registry, undefined);
      assert.deepEqual(built?.args.image, { ...shared, layout: "lightweight" });
      assert.deepEqual(built?.args.registry, { server: "ghcr.io" });
    });

    it("holds to the stack's policy of pinning", () => {
      const servers = [{ name: "weather", image: { reference: "ghcr.io/acme/weather:stable" } }];
      assert.equal(load({ target: "docker", servers }).servers.length, 1);
      assert.deepEqual(
        problemsOf({ target: "docker", image: { pinning: "refuse" }, servers }).map((problem) => problem.path),
        ["mcp:servers[0].image.reference"],
      );
    });

    it("needs no registry in a cluster, where nothing is built", () => {
      const cluster = { target: "kubernetes", kubernetes: { context: "no-such-context" } };
      const pathsOf = (servers: object[]) => problemsOf({ ...cluster, servers }).map((problem) => problem.path);
      const built = { name: "built", source };
      const launched = { ...weather, launchedByClient: true };
      assert.deepEqual(pathsOf([launched]), ["mcp:servers[0].launchedByClient"]);
      assert.deepEqual(pathsOf([launched, built]), ["mcp:registry.server", "mcp:servers[0].launchedByClient"]);
    });

    it("says where each problem is", () => {
      const found = problemsOf({
        target: "docker",
        image: { reference },
        servers: [
          { name: "a", port: 9000 },
          { name: "b", image: { reference: "weather:latest", base: "node:22", buildSecrets: ["TOKEN"] } },
          { name: "c", image: { reference }, target: "process", port: 9001 },
          { ...weather, transport: "stdio", port: 9002 },
          { name: "d", image: { reference: {} } },
        ],
      });
      assert.deepEqual(found.map(({ path, message }) => `${path}: ${message}`).sort(), [
        "mcp:image.reference: unknown key",
        "mcp:servers[0].source: there is neither a source nor an image to deploy",
        "mcp:servers[1].image.base: says how an image is built, and image.reference names one that exists already",
        "mcp:servers[1].image.buildSecrets: says how an image is built, and image.reference names one that exists already",
        "mcp:servers[1].image.reference: weather:latest has no version and may be another image tomorrow",
        "mcp:servers[2].image.reference: an image runs in a container only, and the process target runs a server from its source",
        "mcp:servers[3].transport: a stdio server is served by a bridge in its image, which can't be added to one that exists already",
        "mcp:servers[4].image.reference: is not valid",
      ]);
    });

    it("has no port on this machine when clients start it", () => {
      const servers = ["a", "b"].map((name) => ({ name, image: { reference }, launchedByClient: true }));
      assert.equal(load({ target: "docker", servers }).servers.length, 2);
      const published = servers.map(({ name, image }) => ({ name, image }));
      assert.deepEqual(
        problemsOf({ target: "docker", servers: published }).map((problem) => problem.path),
        ["mcp:servers[1].port"],
      );
    });
  });

  it("prints every problem with what was got, what is allowed and the fix", () => {
    assert.throws(() => load({ servers: [{ name: "weather", source, transprot: "http" }] }), {
      name: "InvalidInputError",
      message: [
        "mcp:servers[0].transprot: unknown key",
        "  got:     transprot",
        "  allowed: name, secrets, image, target, services, containerName, kubernetes, source, runtime, transport, entryPoint, args, port, metricsPort, path, env, sessions, callTimeoutSeconds, telemetry, resources, health, bridge, launchedByClient, develop",
        "  fix:     did you mean `transport`?",
      ].join("\n"),
    });
  });
});
