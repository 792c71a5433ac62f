import { dockerFiles, dockerOperators, type Endpoint, SHIPPER_FEATURES, shipperConfig } from "../../logging";
import * as pulumi from "../../pulumi";
import { memoryMiB } from "../../server";
import type { McpServiceArgs } from "../mcpService";
import type { LogShipperArgs } from "./args";

export const SHIPPER = {
  name: "log-shipper",
  image: "otel/opentelemetry-collector-contrib:0.155.0",
  port: 13133,
} as const;

const CONTAINERS = "/var/log/containers";
const STORAGE = "/var/lib/otelcol";
const CONFIG = "SHIPPER_CONFIG";

/** An endpoint, and the variables that its headers name. */
export interface ShipperTarget {
  endpoint: pulumi.Input<Endpoint>;
  secrets?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** What has to be ready before the shipper starts. */
  gateway?: pulumi.Resource;
}

/**
 * The service that reads the servers' log files. It is root, since only root may read them, but without any capability
 * and with nothing of this machine but that folder, read-only. Its image has no shell: the config is a variable.
 */
export function shipperService(
  { image = SHIPPER.image, port = SHIPPER.port, containersFolder, memoryLimit = "256Mi" }: LogShipperArgs,
  { endpoint, secrets }: Pick<ShipperTarget, "endpoint" | "secrets">,
  engineFolder: () => pulumi.Input<string>,
): Omit<McpServiceArgs, "network"> {
  const config = pulumi.output(endpoint).apply((endpoint) =>
    shipperConfig({
      files: dockerFiles(CONTAINERS),
      source: dockerOperators(pulumi.getStack()),
      endpoint: endpoint as Endpoint,
      storage: STORAGE,
      healthPort: SHIPPER.port,
    }),
  );
  return {
    image,
    command: [`--config=env:${CONFIG}`, `--feature-gates=${SHIPPER_FEATURES}`],
    env: { [CONFIG]: config, GOMEMLIMIT: goMemory(memoryLimit) },
    ...(secrets && { secrets }),
    user: "0:0",
    volume: STORAGE,
    hostFolders: { [CONTAINERS]: containersFolder ?? pulumi.interpolate`${engineFolder()}/containers` },
    publish: port,
    internalPort: SHIPPER.port,
    healthPath: "/",
    memoryLimit,
  };
}

/** What Go may use before it cleans up more often: 80% of the limit. */
const goMemory = (limit: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.output(limit).apply((limit) => `${Math.floor((memoryMiB(limit) ?? 256) * 0.8)}MiB`);
