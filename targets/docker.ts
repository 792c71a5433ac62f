import * as docker from "@pulumi/docker";
import { needEngine } from "../components/docker/engineAnswers";
import { McpLogging } from "../components/docker/logging/mcpLogging";
import { McpContainer } from "../components/docker/mcpContainer";
import { McpRedis } from "../components/docker/mcpRedis";
import { McpService } from "../components/docker/mcpService";
import type { LogSourceArgs } from "../components/docker/monitoring/args";
import { McpMonitoring } from "../components/docker/monitoring/mcpMonitoring";
import * as pulumi from "../components/pulumi";
import { Target } from "../components/server/args";
import type { ServerSetting, ServiceSetting, Settings } from "../config";
import { runProcess } from "./process";

/** A service that runs, under the name that servers ask for. */
interface Running {
  name: string;
  service: McpRedis | McpService;
}

/** Refuses to begin where no Docker Engine answers. */
export const check = (): Promise<void> => needEngine();

/** Runs all servers and services of the stack as containers of one network: what a compose file would describe. */
export function deploy({ servers, services, monitoring, logging }: Settings) {
  const network = new docker.Network("network", { name: `mcp-${pulumi.getStack()}` }).name;
  const running = services.map((service) => ({ name: service.name, service: runService(service, network) }));
  const logs = logging && new McpLogging("logging", { ...logging, network });
  return {
    servers: Object.fromEntries(servers.map((server) => [server.name, runServer(server, network, running)])),
    ...(logs && whereLogsAre(logs)),
    ...(monitoring && monitor(servers, { ...monitoring, ...logSource(logging, logs) }, network)),
  };
}

/** What the stack outputs say of the logs. */
const whereLogsAre = ({ elasticsearchUrl, kibanaUrl, password }: McpLogging) => ({
  logging: { elasticsearch: elasticsearchUrl, kibana: kibanaUrl },
  elasticPassword: password,
});

/** Logs that Grafana can show: those that the stack keeps itself. */
function logSource(settings: Settings["logging"], logs: McpLogging | undefined): { logs?: LogSourceArgs } {
  if (!logs || settings?.destination) return {};
  const url = logs.networkUrl.apply((url) => url ?? "");
  const index = settings?.index === undefined ? {} : { index: pulumi.interpolate`${settings.index}-*` };
  return { logs: { url, ...index, username: logs.readerName, password: logs.readerPassword } };
}

/** Prometheus and what belongs to it, for the servers whose metrics the network reaches. */
function monitor(
  servers: ServerSetting[],
  settings: NonNullable<Settings["monitoring"]>,
  network: pulumi.Input<string>,
) {
  const monitored = servers.flatMap(({ target, metrics }) => (target === Target.Docker && metrics ? [metrics] : []));
  const monitoring = new McpMonitoring("monitoring", { ...settings, network, servers: monitored });
  const { prometheusUrl, alertmanagerUrl, grafanaUrl, grafanaPassword } = monitoring;
  return {
    monitoring: { prometheus: prometheusUrl, alertmanager: alertmanagerUrl, grafana: grafanaUrl },
    grafanaPassword,
  };
}

function runService({ name, kind, args }: ServiceSetting, network: pulumi.Input<string>): Running["service"] {
  if (kind === "image") return new McpService(name, { ...args, network });
  const { publish, containerName, image } = args;
  return new McpRedis(name, { network, publish, containerName, image: image || undefined });
}

/** A server as a container or, where its entry says so, as a local process beside the services; and what the stack output says of it. */
function runServer(server: ServerSetting, network: pulumi.Input<string>, running: Running[]): object {
  const { name, args, services, containerName, target } = server;
  const needed = running.filter((service) => services.includes(service.name)).map(({ service }) => service);
  const redis = needed.find((service) => service instanceof McpRedis);
  const isProcess = target === Target.Process;
  const secrets = redis ? { REDIS_URL: isProcess ? redis.hostUrl : redis.url, ...args.secrets } : args.secrets;
  if (isProcess) return runProcess({ ...server, args: { ...args, secrets } }, needed);
  const container = new McpContainer(name, { ...args, secrets, network, containerName }, { dependsOn: needed });
  const { transport, url, command, args: commandArgs, image, tools, toolsDigest } = container;
  return { target, transport, url, command, args: commandArgs, image, tools, toolsDigest };
}
