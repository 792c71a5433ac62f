// What somebody writes by hand who deploys the same stack with @pulumi/docker alone, without this package: the same
// network, images, volumes and containers, with the same settings. Plain JavaScript, so that nothing is compiled.
const docker = require("@pulumi/docker");
const random = require("@pulumi/random");
const { prefix, redis, servers } = require("./stack.json");

const hardened = {
  readOnly: true,
  tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m" },
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  privileged: false,
  init: true,
  restart: "unless-stopped",
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
  cpus: "0.5",
  memory: 512,
  memorySwap: 512,
  stopTimeout: 15,
  destroyGraceSeconds: 15,
};

const network = new docker.Network("network", { name: prefix });

let dependsOn = [];
let url;
if (redis) {
  const password = new random.RandomPassword("redis-password", { length: 32, special: false });
  const image = new docker.RemoteImage("redis-image", { name: "redis:7-alpine", keepLocally: true });
  const data = new docker.Volume("redis-data", { name: `${prefix}-redis-data` });
  const container = new docker.Container(
    "redis",
    {
      ...hardened,
      name: `${prefix}-redis`,
      image: image.imageId,
      command: ["sh", "-c", redis.start],
      envs: [password.result.apply((value) => `REDIS_PASSWORD=${value}`)],
      user: "999",
      networksAdvanced: [{ name: network.name, aliases: ["redis"] }],
      mounts: [{ type: "volume", source: data.name, target: "/data" }],
      healthcheck: { tests: redis.test, interval: "10s", timeout: "5s", retries: 3, startPeriod: "30s" },
    },
    { deleteBeforeReplace: true },
  );
  dependsOn = [container];
  url = password.result.apply((value) => `redis://:${value}@redis:6379`);
}

module.exports = Object.fromEntries(
  servers.map(({ name, context, dockerfile, tag, port, env }) => {
    const image = new docker.Image(`${name}-image`, {
      imageName: tag,
      build: { context, dockerfile, platform: "linux/amd64", builderVersion: docker.BuilderVersion.BuilderBuildKit },
      skipPush: true,
    });
    const logs = new docker.Volume(`${name}-logs`, { name: `${prefix}-${name}-logs` });
    new docker.Container(
      name,
      {
        ...hardened,
        name: `${prefix}-${name}`,
        image: image.repoDigest,
        envs: [...env, ...(url ? [url.apply((value) => `REDIS_URL=${value}`)] : [])],
        networksAdvanced: [{ name: network.name, aliases: [name] }],
        ports: [{ internal: port, external: port, ip: "127.0.0.1", protocol: "tcp" }],
        mounts: [{ type: "volume", source: logs.name, target: "/app/logs" }],
        labels: [{ label: "io.modelcontextprotocol.server.name", value: name }],
        cpuShares: 256,
        memoryReservation: 256,
      },
      { deleteBeforeReplace: true, dependsOn },
    );
    return [name, `http://127.0.0.1:${port}/mcp`];
  }),
);
