import { LogSetup } from "../../logging";
import * as pulumi from "../../pulumi";
import { known } from "../../services/logging/known";
import { ELASTIC_USER, type LogPlatform, type LogService, type Scratch } from "../../services/logging/platform";
import { LOOPBACK } from "../containerInputs";
import { McpService } from "../mcpService";
import type { McpServiceArgs } from "../serviceArgs";
import { FILES_FOLDER } from "../serviceFiles";
import type { McpLoggingArgs } from "./args";

/** Services of the logs as containers of one network; those that are opened are published on this machine. */
export function dockerPlatform(args: McpLoggingArgs): LogPlatform {
  const ports: Record<string, pulumi.Input<number> | undefined> = {
    elasticsearch: known(args.elasticsearch, "elasticsearch")?.port,
    kibana: known(args.kibana, "kibana")?.port,
  };
  const browserUrl: LogPlatform["browserUrl"] = ({ name, port }) =>
    pulumi.interpolate`http://${LOOPBACK}:${ports[name] ?? port}`;
  return {
    filesFolder: FILES_FOLDER,
    browserUrl,
    run(service, opts) {
      const { name, port, isOpened } = service;
      const published = isOpened ? { publish: ports[name] ?? port, internalPort: port } : {};
      const container = new McpService(name, { network: args.network, ...published, ...containerArgs(service) }, opts);
      return {
        resource: container,
        url: pulumi.output(`http://${name}:${port}`),
        setUp: (name, inputs, opts) =>
          new LogSetup(
            name,
            { ...inputs, url: browserUrl(service), triggers: pulumi.output([container.containerId]) },
            opts,
          ),
      };
    },
  };
}

function containerArgs({
  image,
  command,
  env,
  secrets,
  files,
  secretFiles,
  volume,
  scratch,
  writable,
  health,
  startSeconds,
  memoryLimit,
  cpuLimit,
}: LogService): Omit<McpServiceArgs, "network"> {
  const all = files || secretFiles;
  return {
    ...{ image, command, volume, health, startSeconds, memoryLimit, cpuLimit },
    ...(env && { env }),
    ...(secrets && { secrets }),
    ...(all && { files: all }),
    ...(scratch && {
      tmpfs: Object.fromEntries(Object.entries(scratch).map(([folder, options]) => [folder, tmpfs(options)])),
    }),
    ...(writable && { writable }),
    user: `${ELASTIC_USER.user}:${ELASTIC_USER.group}`,
  };
}

const tmpfs = ({ sizeMiB, executable }: Scratch): string =>
  `rw,${executable ? "exec" : "noexec"},nosuid,nodev,size=${sizeMiB}m,mode=1777`;
