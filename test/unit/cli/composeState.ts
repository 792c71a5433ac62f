// The state of the stack `dev` (two servers and Redis) as `pulumi stack export --show-secrets` gave it on a real engine:
// without what an export has no use for, and with a secret, a plain variable and one with a dollar sign added.

/** The values that must never be written. */
export const CANARIES = { password: "canary-redis-41d7", apiKey: "canary-api-key-9f02" };

/** A secret as the engine writes it. */
export function secret(value: unknown): object {
  return { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: JSON.stringify(value) };
}

/** A resource of a state, as far as tests change it. */
export interface RecordedResource {
  urn: string;
  type: string;
  id?: string;
  parent?: string;
  delete?: boolean;
  dependencies?: string[];
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const NETWORK = "docker:index/network:Network";
const REDIS = "mcp:index:McpRedis";
const SERVICE = `${REDIS}$mcp:index:McpService`;
const SERVER = "mcp:index:McpContainer";
const VOLUME = "docker:index/volume:Volume";
const CONTAINER = "docker:index/container:Container";
const READY = "mcp:index:ContainerReady";

/** @param types that of the resource, behind those of its parents */
const urn = (types: string, name: string): string => `urn:pulumi:dev::mcp::${types}::${name}`;
const resource = (types: string, name: string, rest: Omit<RecordedResource, "urn" | "type"> = {}) => ({
  urn: urn(types, name),
  type: types.split("$").at(-1) ?? "",
  ...rest,
});

const STACK = urn("pulumi:pulumi:Stack", "mcp-dev");
const PASSWORD = urn(`${REDIS}$random:index/randomPassword:RandomPassword`, "redis-password");
const REDIS_IMAGE = urn(`${SERVICE}$docker:index/remoteImage:RemoteImage`, "redis-image");
const REDIS_DATA = urn(`${SERVICE}$${VOLUME}`, "redis-data");
const REDIS_CONTAINER = urn(`${SERVICE}$${CONTAINER}`, "redis-container");
const REDIS_READY = urn(`${SERVICE}$${READY}`, "redis-ready");
const REDIS_ID = "6eb6aa584d61d47f5ad159609754071ebcb6621796b0796d70edc4d4ae312a24";
const REDIS_IMAGE_ID = "sha256:109ed2ff85d3cb5689d7c38ecf21dad016777afe10a3244b9af0268277a165ab";
const REDIS_COMMAND = [
  "sh",
  "-c",
  'umask 077; printf "requirepass %s\\nappendonly yes\\ndir /data\\n" "$REDIS_PASSWORD" > /tmp/redis.conf; exec redis-server /tmp/redis.conf',
];
const REDIS_PING = ["sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'];
const REDIS_HEALTH = {
  interval: "10s",
  retries: 3,
  startInterval: "0s",
  startPeriod: "30s",
  tests: ["CMD", ...REDIS_PING],
  timeout: "5s",
};

const volume = (types: string, name: string, parent: string, given = name) =>
  resource(`${types}$${VOLUME}`, name, { id: given, parent, inputs: { name: given }, outputs: { name: given } });

/** What all containers of the stack have in common. */
const hardened = (name: string) => ({
  containerReadRefreshTimeoutMilliseconds: 15000,
  cpus: "0.5",
  destroyGraceSeconds: 15,
  init: true,
  logDriver: "json-file",
  logOpts: { "max-file": "3", "max-size": "10m" },
  memory: 512,
  memorySwap: 512,
  mustRun: true,
  name: `mcp-dev-${name}`,
  networkMode: "bridge",
  networksAdvanced: [{ aliases: [name], name: "mcp-dev" }],
  privileged: false,
  readOnly: true,
  removeVolumes: true,
  restart: "unless-stopped",
  securityOpts: ["no-new-privileges:true"],
  start: true,
  stopTimeout: 15,
  tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m" },
  waitTimeout: 60,
});

/** What differs between the two servers. */
interface RecordedServer {
  name: string;
  port: number;
  logs: string;
  tag: string;
  repoDigest: string;
  contextDigest: string;
  container: string;
  /** Variables beside those that every server has. */
  env: string[];
  command: string[];
  probe: string[];
}

/** A server's resources. */
function server({ name, port, logs, tag, repoDigest, contextDigest, container, env, command, probe }: RecordedServer) {
  const parent = urn(SERVER, name);
  const image = `${SERVER}$mcp:index:McpImage$docker:index/image:Image`;
  const imageName = `mcp/${name}:${tag}`;
  const variables = [
    "FASTMCP_HOST=0.0.0.0",
    `FASTMCP_PORT=${port}`,
    "FASTMCP_STREAMABLE_HTTP_PATH=/mcp",
    "FASTMCP_TRANSPORT=http",
    "HOST=0.0.0.0",
    "METRICS_HOST=0.0.0.0",
    "METRICS_PORT=8000",
    `PORT=${port}`,
    `REDIS_URL=redis://:${CANARIES.password}@redis:6379`,
  ];
  return [
    resource(SERVER, name, {
      parent: STACK,
      dependencies: [PASSWORD, REDIS_DATA, REDIS_IMAGE, REDIS_CONTAINER, REDIS_READY],
    }),
    volume(SERVER, `${name}-logs`, parent, logs),
    resource(`${SERVER}$mcp:index:McpImage`, name, { parent }),
    resource(image, `${name}-image`, {
      id: imageName,
      parent: urn(`${SERVER}$mcp:index:McpImage`, name),
      inputs: {
        build: {
          builderVersion: "BuilderBuildKit",
          context: `.mcp/dev/${name}/context`,
          contextDigest,
          dockerfile: `.mcp/dev/${name}/Dockerfile`,
          platform: "linux/amd64",
        },
        buildOnPreview: false,
        imageName,
        skipPush: true,
      },
      outputs: { imageName, repoDigest },
    }),
    resource(`${SERVER}$${CONTAINER}`, `${name}-container`, {
      id: container,
      parent,
      dependencies: [
        PASSWORD,
        REDIS_READY,
        urn(image, `${name}-image`),
        urn(`${SERVER}$${VOLUME}`, `${name}-logs`),
        urn(NETWORK, "network"),
      ],
      inputs: {
        ...hardened(name),
        capabilities: { drops: ["ALL"] },
        cpuShares: 256,
        envs: secret([...variables, ...env].sort()),
        image: repoDigest,
        labels: [{ label: "io.modelcontextprotocol.server.name", value: name }],
        memoryReservation: 256,
        mounts: [{ source: logs, target: "/app/logs", type: "volume" }],
        ports: [{ external: port, internal: port, ip: "127.0.0.1", protocol: "tcp" }],
      },
      outputs: {
        command,
        entrypoints: ["tini", "-s", "--"],
        healthcheck: {
          interval: "30s",
          retries: 3,
          startInterval: "0s",
          startPeriod: "40s",
          tests: ["CMD", ...probe],
          timeout: "10s",
        },
        user: "10001:10001",
      },
    }),
    resource(`${SERVER}$${READY}`, `${name}-ready`, {
      id: name,
      parent,
      dependencies: [urn(`${SERVER}$${CONTAINER}`, `${name}-container`)],
      inputs: {
        container,
        pidsLimit: 256,
        server: name,
        timeoutSeconds: 40,
        url: `http://127.0.0.1:${port}/readyz`,
      },
    }),
  ];
}

/** The recorded resources, anew at each call. */
export const recordedResources = (): RecordedResource[] => [
  resource("pulumi:pulumi:Stack", "mcp-dev"),
  resource(REDIS, "redis", { parent: STACK }),
  resource(SERVICE, "redis", { parent: urn(REDIS, "redis") }),
  resource(NETWORK, "network", {
    id: "ca011fcf56352866451f9afabe8912a56ddc15a5b09676d6203c72d07291c782",
    parent: STACK,
    inputs: { ipamDriver: "default", name: "mcp-dev" },
    outputs: { name: "mcp-dev" },
  }),
  resource(`${SERVICE}$docker:index/remoteImage:RemoteImage`, "redis-image", {
    id: `${REDIS_IMAGE_ID}redis:7-alpine`,
    parent: urn(SERVICE, "redis"),
    inputs: { keepLocally: true, name: "redis:7-alpine" },
    outputs: {
      imageId: REDIS_IMAGE_ID,
      name: "redis:7-alpine",
      repoDigest: "redis@sha256:15cc07afea915837abbca3997afcdbbabe906f18a4769fde5a4420b403a1e49e",
    },
  }),
  volume(SERVICE, "redis-data", urn(SERVICE, "redis"), "mcp-dev-redis-data"),
  resource(`${REDIS}$random:index/randomPassword:RandomPassword`, "redis-password", {
    id: "none",
    parent: urn(REDIS, "redis"),
    inputs: { length: 32, special: false },
    outputs: { result: secret(CANARIES.password) },
  }),
  resource(`${SERVICE}$${CONTAINER}`, "redis-container", {
    id: REDIS_ID,
    parent: urn(SERVICE, "redis"),
    dependencies: [PASSWORD, REDIS_IMAGE, REDIS_DATA, urn(NETWORK, "network")],
    inputs: {
      ...hardened("redis"),
      capabilities: { adds: [], drops: ["ALL"] },
      command: REDIS_COMMAND,
      envs: secret([`REDIS_PASSWORD=${CANARIES.password}`]),
      healthcheck: REDIS_HEALTH,
      image: REDIS_IMAGE_ID,
      mounts: [{ source: "mcp-dev-redis-data", target: "/data", type: "volume" }],
      user: "999",
    },
    outputs: {
      command: REDIS_COMMAND,
      entrypoints: ["docker-entrypoint.sh"],
      healthcheck: REDIS_HEALTH,
      user: "999",
    },
  }),
  resource("pulumi:providers:pulumi-nodejs", "default", {
    inputs: {
      "mcp:servers":
        '[{"name":"python-server","services":["redis"],"source":"examples/python-server","secrets":["API_KEY"],"env":{"LOG_LEVEL":"INFO","PRICE":"$5"}},{"name":"node-server","port":8081,"services":["redis"],"source":"examples/node-server"}]',
      "mcp:services": '[{"kind":"redis","name":"redis"}]',
      "mcp:target": "docker",
      "mcp:secrets": secret(JSON.stringify({ API_KEY: CANARIES.apiKey })),
    },
  }),
  resource(`${SERVICE}$${READY}`, "redis-ready", {
    id: "redis",
    parent: urn(SERVICE, "redis"),
    dependencies: [REDIS_CONTAINER, PASSWORD],
    inputs: {
      command: REDIS_PING,
      container: REDIS_ID,
      pidsLimit: 256,
      secrets: secret([CANARIES.password]),
      server: "redis",
      timeoutSeconds: 60,
    },
  }),
  ...server({
    name: "python-server",
    port: 8080,
    logs: "python-server-logs-5ec3537",
    tag: "70685d8c2fc1",
    repoDigest: "sha256:70ca7241ee77ebd368f4afc10c67a5c4d3a32b4526dfd612ac03e5267f2e359d",
    contextDigest: "21b0f78536bae1da0554ad2ef1d2cb91c5b466ef9780df870b75e316a961808c",
    container: "f483e66fe2eb3d802963202c231929b796661c200ff8a2cf9eda41ce6e217009",
    env: [`API_KEY=${CANARIES.apiKey}`, "LOG_LEVEL=INFO", "PRICE=$5"],
    command: ["python", "-u", "/app/server.py"],
    probe: [
      "python",
      "-c",
      "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=5); c.request('GET', '/healthz'); sys.exit(c.getresponse().status >= 500)",
    ],
  }),
  ...server({
    name: "node-server",
    port: 8081,
    logs: "node-server-logs-2a0c07e",
    tag: "4d3be83f03a5",
    repoDigest: "sha256:b1232707cfe4aef1e279f5ce5f140cc8811621c6eb883ecb0bd16adfcaf76f4e",
    contextDigest: "6b1ced04be581c272e2d65e08e80b9bce0f418bb1b399cb788e02da0bb27e057",
    container: "bdfbc61215f95d94fd21475ce1b7edb3598ea4efd441054379ffccfe6399cb3f",
    env: [],
    command: ["node", "/app/index.js"],
    probe: [
      "node",
      "-e",
      "require('http').get({ port: process.env.PORT, path: '/healthz', timeout: 5000 }, (r) => process.exit(r.statusCode >= 500 ? 1 : 0)).on('error', () => process.exit(1))",
    ],
  }),
];

/** The JSON of a state with these resources. */
export const stateOf = (resources: RecordedResource[]): string =>
  JSON.stringify({ version: 3, deployment: { resources } });
