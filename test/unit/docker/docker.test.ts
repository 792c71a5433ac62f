import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { McpContainer, type McpContainerArgs, McpProcess, McpRedis, McpService } from "../../../components";
import { makeFolder, removeFolders } from "../../support/folder";
import { type Registered, runWithMocks, secretValue, settled, theOnly } from "../../support/mocks";

const IMAGE = "docker:index/image:Image";
const CONTAINER = "docker:index/container:Container";
const VOLUME = "docker:index/volume:Volume";
const NETWORK = "docker:index/network:Network";
const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";
const PASSWORD = "random:index/randomPassword:RandomPassword";
const READY = "mcp:index:ContainerReady";
const CHECK = "mcp:index:McpCheck";

const HTTP = {
  "server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http")\n',
  "requirements.txt": "fastmcp==4.1.2\n",
};
const ID = `sha256:${"a".repeat(64)}`;

/** What the providers would report. */
function outputs({ type, name, inputs }: Registered) {
  if (type === IMAGE) return { repoDigest: ID };
  if (type === REMOTE_IMAGE) return { imageId: `sha256:${"b".repeat(64)}` };
  if (type === PASSWORD) return { result: "s3cret-password" };
  if (type === READY) return { containerId: inputs.container };
  if (type === CHECK) return { tools: ["forecast"], toolsDigest: "d1" };
  if (type === VOLUME || type === NETWORK) return { name: inputs.name ?? `${name}-1234567` };
  return {};
}

const HARDENED = {
  readOnly: true,
  tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m" },
  securityOpts: ["no-new-privileges:true"],
  privileged: false,
  init: true,
  restart: "unless-stopped",
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
};

/** What the reader of its log file has to know of a server. */
const LABELLED = {
  labels: [
    { label: "io.modelcontextprotocol.server.name", value: "weather" },
    { label: "pulumi-mcp-deploy.stack", value: "test" },
  ],
  logOpts: { ...HARDENED.logOpts, labels: "io.modelcontextprotocol.server.name,pulumi-mcp-deploy.stack" },
};

describe("McpContainer", () => {
  after(removeFolders);

  it("runs the built image by its id: hardened, limited, and published on this machine only", async () => {
    const { resources, result } = await runWithMocks(
      () => new McpContainer("weather", { source: makeFolder(HTTP), port: 9000, env: { GREETING: "hi" } }),
      { outputs },
    );
    assert.deepEqual(theOnly(resources, CONTAINER).inputs, {
      ...HARDENED,
      name: "mcp-test-weather",
      image: ID,
      envs: [
        "FASTMCP_HOST=0.0.0.0",
        "FASTMCP_PORT=9000",
        "FASTMCP_STREAMABLE_HTTP_PATH=/mcp",
        "FASTMCP_TRANSPORT=http",
        "GREETING=hi",
        "HOST=0.0.0.0",
        "MCP_TELEMETRY_PATH=/mcp",
        "METRICS_HOST=0.0.0.0",
        "METRICS_PORT=8000",
        "PORT=9000",
      ],
      capabilities: { drops: ["ALL"] },
      networksAdvanced: [{ name: "weather-network-1234567", aliases: ["weather"] }],
      ports: [{ internal: 9000, external: 9000, ip: "127.0.0.1", protocol: "tcp" }],
      mounts: [{ type: "volume", source: "mcp-test-weather-logs", target: "/app/logs" }],
      ...LABELLED,
      cpus: "0.5",
      cpuShares: 256,
      memory: 512,
      memorySwap: 512,
      memoryReservation: 256,
      stopTimeout: 15,
      destroyGraceSeconds: 15,
    });
    assert.deepEqual(theOnly(resources, READY).inputs, {
      server: "weather",
      container: "weather-container-id",
      pidsLimit: 256,
      url: "http://127.0.0.1:9000/readyz",
      timeoutSeconds: 40,
    });
    const { secrets, ...check } = theOnly(resources, CHECK).inputs;
    assert.deepEqual(secretValue(secrets), {});
    assert.deepEqual(check, {
      server: "weather",
      url: "http://127.0.0.1:9000/mcp",
      timeoutSeconds: 40,
      triggers: ["weather-container-id"],
    });
    assert.equal(await settled(result.url), "http://127.0.0.1:9000/mcp");
    assert.equal(await settled(result.image), ID);
    assert.deepEqual(await settled(result.tools), ["forecast"]);
  });

  it("keeps all variables secret as soon as one of them is", async () => {
    const { resources } = await runWithMocks(
      () => new McpContainer("weather", { source: makeFolder(HTTP), secrets: { API_KEY: "s3cret" } }),
      { outputs },
    );
    const envs = secretValue(theOnly(resources, CONTAINER).inputs.envs) as string[];
    assert.ok(envs.includes("API_KEY=s3cret"));
    assert.deepEqual(secretValue(theOnly(resources, READY).inputs.secrets), ["s3cret"]);
    const inTheOpen = resources.filter(({ type }) => ![CONTAINER, READY, CHECK].includes(type));
    assert.ok(!JSON.stringify(inTheOpen).includes("s3cret"));
  });

  it("joins the network that it is given, under the container name that it is given", async () => {
    const { resources } = await runWithMocks(
      () => new McpContainer("weather", { source: makeFolder(HTTP), network: "shared", containerName: "weather-1" }),
      { outputs },
    );
    assert.deepEqual(
      resources.filter(({ type }) => type === NETWORK),
      [],
    );
    const { name, networksAdvanced } = theOnly(resources, CONTAINER).inputs;
    assert.equal(name, "weather-1");
    assert.deepEqual(networksAdvanced, [{ name: "shared", aliases: ["weather"] }]);
    assert.equal(theOnly(resources, VOLUME).inputs.name, "weather-1-logs");
  });

  it("registers the same resources in a preview, with the image unknown", async () => {
    const { resources, result } = await runWithMocks(() => new McpContainer("weather", { source: makeFolder(HTTP) }), {
      preview: true,
    });
    const types = resources.map(({ type }) => type).sort();
    assert.deepEqual(
      types,
      ["mcp:index:McpContainer", "mcp:index:McpImage", IMAGE, CONTAINER, VOLUME, NETWORK, READY, CHECK].sort(),
    );
    assert.equal(await settled(result.image), undefined);
    assert.equal(await settled(result.url), "http://127.0.0.1:8080/mcp");
  });
});

describe("McpContainer of an image that exists already", () => {
  const DIGEST = `ghcr.io/acme/weather@sha256:${"c".repeat(64)}`;
  const run = (args: McpContainerArgs, preview = false) =>
    runWithMocks(() => new McpContainer("weather", { network: "shared", ...args }), {
      preview,
      outputs: (resource) => ({ ...outputs(resource), ...(resource.type === REMOTE_IMAGE && { repoDigest: DIGEST }) }),
    });

  it("builds nothing, and runs the pulled digest like any other server", async () => {
    const { resources, result } = await run({
      image: { reference: "ghcr.io/acme/weather:1.4.2" },
      secrets: { API_KEY: "s3cret" },
    });
    assert.deepEqual(
      resources.map(({ type }) => type).sort(),
      ["mcp:index:McpContainer", "mcp:index:McpImage", REMOTE_IMAGE, CONTAINER, VOLUME, READY, CHECK].sort(),
    );
    assert.deepEqual(theOnly(resources, REMOTE_IMAGE), {
      type: REMOTE_IMAGE,
      name: "weather-image",
      inputs: { name: "ghcr.io/acme/weather:1.4.2", keepLocally: true },
    });
    const { envs, ...inputs } = theOnly(resources, CONTAINER).inputs;
    assert.deepEqual(inputs, {
      ...HARDENED,
      name: "mcp-test-weather",
      image: DIGEST,
      capabilities: { drops: ["ALL"] },
      networksAdvanced: [{ name: "shared", aliases: ["weather"] }],
      ports: [{ internal: 8080, external: 8080, ip: "127.0.0.1", protocol: "tcp" }],
      mounts: [{ type: "volume", source: "mcp-test-weather-logs", target: "/app/logs" }],
      ...LABELLED,
      cpus: "0.5",
      cpuShares: 256,
      memory: 512,
      memorySwap: 512,
      memoryReservation: 256,
      stopTimeout: 15,
      destroyGraceSeconds: 15,
    });
    assert.deepEqual(secretValue(envs), [
      "API_KEY=s3cret",
      "FASTMCP_HOST=0.0.0.0",
      "FASTMCP_PORT=8080",
      "FASTMCP_STREAMABLE_HTTP_PATH=/mcp",
      "FASTMCP_TRANSPORT=http",
      "HOST=0.0.0.0",
      "METRICS_HOST=0.0.0.0",
      "METRICS_PORT=8000",
      "PORT=8080",
    ]);
    const { pidsLimit, url } = theOnly(resources, READY).inputs;
    assert.deepEqual([pidsLimit, url], [256, "http://127.0.0.1:8080/readyz"]);
    assert.equal(await settled(result.image), DIGEST);
  });

  it("replaces the image's command by the arguments, where there are any", async () => {
    const { resources } = await run({ image: { reference: DIGEST }, args: ["serve", "--verbose"] });
    assert.deepEqual(theOnly(resources, CONTAINER).inputs.command, ["serve", "--verbose"]);
  });

  it("is known in a preview by its digest, and unknown by a tag", async () => {
    const image = async (reference: string) => settled((await run({ image: { reference } }, true)).result.image);
    assert.equal(await image(DIGEST), DIGEST);
    assert.equal(await image("ghcr.io/acme/weather:1.4.2"), undefined);
  });

  it("is started by clients, who hand its arguments on", async () => {
    const args = { image: { reference: DIGEST }, args: ["--root", "/data"], launchedByClient: true };
    const { resources, result } = await run(args);
    assert.deepEqual(
      resources.map(({ type }) => type).sort(),
      ["mcp:index:McpContainer", "mcp:index:McpImage", REMOTE_IMAGE, CHECK].sort(),
    );
    assert.deepEqual([await settled(result.transport), await settled(result.command)], ["stdio", "docker"]);
    assert.deepEqual((await settled(result.args))?.slice(-3), [DIGEST, "--root", "/data"]);
  });

  it("is not started by what would start its source", async () => {
    const { resources } = await run({ image: { reference: DIGEST }, source: makeFolder(HTTP), port: 9000 });
    assert.equal(theOnly(resources, CONTAINER).inputs.command, undefined);
    assert.deepEqual(
      resources.filter(({ type }) => type === IMAGE),
      [],
    );
  });

  it("is pushed nowhere, built with nothing, and no process", async () => {
    await runWithMocks(() => {
      const image = { reference: DIGEST };
      const container = (args: McpContainerArgs) => () => new McpContainer("weather", args);
      assert.throws(container({ image, registry: { server: "ghcr.io" } }), /^InvalidInputError: registry: says where/);
      assert.throws(
        container({ image: { ...image, buildSecrets: { A: "1" } } }),
        /InvalidInputError: image\.buildSecr/,
      );
      assert.throws(container({ image, develop: {} }), /^InvalidInputError: develop: what restarts the server/);
      assert.throws(container({}), /^InvalidInputError: source: there is neither a source nor an image/);
      assert.throws(
        () => new McpProcess("weather", { image }),
        /^InvalidInputError: image\.reference: an image runs in/,
      );
    });
  });
});

describe("McpService and McpRedis", () => {
  it("run Redis with a generated password that stands in no argument, and data on a volume of its own", async () => {
    const { resources, result } = await runWithMocks(() => new McpRedis("redis", { network: "shared" }), { outputs });
    assert.deepEqual(theOnly(resources, PASSWORD).inputs, { length: 32, special: false });
    assert.deepEqual(theOnly(resources, VOLUME).inputs, { name: "mcp-test-redis-data" });
    assert.deepEqual(theOnly(resources, REMOTE_IMAGE).inputs, { name: "redis:7-alpine", keepLocally: true });
    const { envs, command, ...container } = theOnly(resources, CONTAINER).inputs;
    assert.deepEqual(secretValue(envs), ["REDIS_PASSWORD=s3cret-password"]);
    assert.ok(!JSON.stringify(command).includes("s3cret-password"));
    assert.deepEqual(container, {
      ...HARDENED,
      name: "mcp-test-redis",
      image: `sha256:${"b".repeat(64)}`,
      networksAdvanced: [{ name: "shared", aliases: ["redis"] }],
      capabilities: { drops: ["ALL"], adds: [] },
      user: "999",
      mounts: [{ type: "volume", source: "mcp-test-redis-data", target: "/data" }],
      healthcheck: {
        tests: ["CMD", "sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'],
        interval: "10s",
        timeout: "5s",
        retries: 3,
        startPeriod: "30s",
      },
      cpus: "0.5",
      memory: 512,
      memorySwap: 512,
      stopTimeout: 15,
      destroyGraceSeconds: 15,
    });
    assert.equal(await pulumi.isSecret(result.url), true);
    assert.equal(await settled(result.url), "redis://:s3cret-password@redis:6379");
  });

  it("publish a port on this machine only, add capabilities by their full name, and write only when told", async () => {
    const { resources } = await runWithMocks(
      () =>
        new McpService("db", {
          network: "shared",
          image: "postgres:17",
          publish: 5432,
          capabilities: ["SETUID", "CAP_CHOWN"],
          writable: true,
          env: { PGDATA: "/data" },
        }),
      { outputs },
    );
    const { ports, capabilities, readOnly, envs, mounts, healthcheck } = theOnly(resources, CONTAINER).inputs;
    assert.deepEqual(ports, [{ internal: 5432, external: 5432, ip: "127.0.0.1", protocol: "tcp" }]);
    assert.deepEqual(capabilities, { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_SETUID"] });
    assert.equal(readOnly, false);
    assert.deepEqual(envs, ["PGDATA=/data"]);
    assert.deepEqual([mounts, healthcheck], [undefined, undefined]);
  });

  it("give folders in memory and of this machine, and wait for what starts slowly", async () => {
    const { resources } = await runWithMocks(
      () =>
        new McpService("reader", {
          network: "shared",
          image: "reader:1",
          volume: "/state",
          tmpfs: { "/run": "rw,size=1m" },
          hostFolders: { "/logs": "/var/log", "/a": "/b" },
          publish: 9000,
          healthPath: "/ready",
          startSeconds: 90,
        }),
      { outputs },
    );
    const { tmpfs, mounts, healthcheck } = theOnly(resources, CONTAINER).inputs;
    assert.deepEqual(tmpfs, { ...HARDENED.tmpfs, "/run": "rw,size=1m" });
    assert.deepEqual(mounts, [
      { type: "volume", source: "mcp-test-reader-data", target: "/state" },
      { type: "bind", source: "/b", target: "/a", readOnly: true },
      { type: "bind", source: "/var/log", target: "/logs", readOnly: true },
    ]);
    assert.equal(healthcheck, undefined);
    const { url, command, timeoutSeconds } = theOnly(resources, READY).inputs;
    assert.deepEqual([url, command, timeoutSeconds], ["http://127.0.0.1:9000/ready", undefined, 90]);
  });

  it("refuse an image that is another one tomorrow, as the config does", async () => {
    const of = (image: string) => runWithMocks(() => new McpService("db", { network: "shared", image }), { outputs });
    await assert.rejects(of("postgres:latest"), {
      message: [
        "image: postgres:latest has no version and may be another image tomorrow",
        "  got:     postgres:latest",
        '  allowed: a tag with a version, such as "python:3.11-slim", or a digest ("...@sha256:...")',
        "  fix:     pin it: `docker buildx imagetools inspect postgres:latest` shows its digest",
      ].join("\n"),
    });
    await assert.rejects(of("postgres"), /^InvalidInputError: image: postgres has no tag/);
    assert.equal(theOnly((await of("postgres:17")).resources, REMOTE_IMAGE).inputs.name, "postgres:17");
  });
});
