import * as docker from "@pulumi/docker";
import { getStack } from "@pulumi/pulumi/metadata";
import { McpContainer, McpProcess, McpRedis, McpService, Target } from "pulumi-mcp-deploy";
import { loadSettings, type ServerSetting, type Settings } from "pulumi-mcp-deploy/config";

/** The Pulumi program: the stack's config says which servers there are and where they run. */
export = async function program() {
  const settings = loadSettings();
  const servers = settings.target === Target.Docker ? onDocker(settings) : settings.servers.map(asProcess);
  return { servers: Object.fromEntries(servers) };
};

/** A server as a local process, and what the stack output `servers` says of it. */
function asProcess({ name, args }: ServerSetting) {
  const { transport, url, command, args: commandArgs, tools, toolsDigest, clients } = new McpProcess(name, args);
  return [name, { target: Target.Process, transport, url, command, args: commandArgs, tools, toolsDigest, clients }];
}

/** All servers and services as containers of one network: what a compose file would describe. */
function onDocker({ servers, services }: Settings) {
  const network = new docker.Network("network", { name: `mcp-${getStack()}` }).name;
  const running = services.map(({ name, kind, args }) =>
    kind === "redis"
      ? { name, service: new McpRedis(name, { network, image: args.image || undefined }) }
      : { name, service: new McpService(name, { ...args, network }) },
  );
  return servers.map(({ name, args, services: wanted, containerName }) => {
    const needed = running.filter((service) => wanted.includes(service.name)).map(({ service }) => service);
    const redis = needed.find((service) => service instanceof McpRedis);
    const secrets = redis ? { REDIS_URL: redis.url, ...args.secrets } : args.secrets;
    const container = new McpContainer(name, { ...args, secrets, network, containerName }, { dependsOn: needed });
    const { url, image, tools, toolsDigest, clients } = container;
    return [name, { target: Target.Docker, transport: "http", url, image, tools, toolsDigest, clients }];
  });
}
