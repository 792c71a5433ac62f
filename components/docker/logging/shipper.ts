import { dockerFiles, dockerOperators } from "../../logging";
import * as pulumi from "../../pulumi";
import { goMemory, SHIPPER, type ShipperTarget, shipperArguments, shipperFile } from "../../services/logging/shipper";
import type { McpServiceArgs } from "../serviceArgs";
import type { LogShipperArgs } from "./args";

const CONTAINERS = "/var/log/containers";
const CONFIG = "SHIPPER_CONFIG";

/**
 * The service that reads the servers' log files. It is root, since only root may read them, but without any capability
 * and with nothing of this machine but that folder, read-only. Its image has no shell: the config is a variable.
 */
export function shipperService(
  { image = SHIPPER.image, port = SHIPPER.port, containersFolder, memoryLimit = SHIPPER.memoryLimit }: LogShipperArgs,
  target: Pick<ShipperTarget, "endpoint" | "secrets">,
  engineFolder: () => pulumi.Input<string>,
): Omit<McpServiceArgs, "network"> {
  const source = { files: dockerFiles(CONTAINERS), source: dockerOperators(pulumi.getStack()) };
  return {
    image,
    command: shipperArguments(`env:${CONFIG}`),
    env: { [CONFIG]: shipperFile(target, source), GOMEMLIMIT: goMemory(memoryLimit) },
    ...(target.secrets && { secrets: target.secrets }),
    user: "0:0",
    volume: SHIPPER.storage,
    hostFolders: { [CONTAINERS]: containersFolder ?? pulumi.interpolate`${engineFolder()}/containers` },
    publish: port,
    internalPort: SHIPPER.port,
    healthPath: "/",
    memoryLimit,
  };
}
