import { alertmanagerConfig, type ReceiverSettings } from "../../monitoring";
import * as pulumi from "../../pulumi";
import type { McpServiceArgs } from "../mcpService";
import { FILES_FOLDER } from "../serviceFiles";
import type { AlertmanagerArgs } from "./args";

export const ALERTMANAGER = { name: "alertmanager", image: "prom/alertmanager:v0.28.1", port: 9093 } as const;

const CONFIG = "alertmanager.yml";
const DATA = "/alertmanager";

/** The service that tells people of alerts. */
export function alertmanagerService({
  image = ALERTMANAGER.image,
  port = ALERTMANAGER.port,
  receivers,
}: AlertmanagerArgs): Omit<McpServiceArgs, "network"> {
  const files = pulumi.output(receivers ?? []).apply((receivers) => {
    const { config, secretFiles } = alertmanagerConfig({
      receivers: receivers as ReceiverSettings[],
      secretFolder: FILES_FOLDER,
    });
    return { [CONFIG]: config, ...secretFiles };
  });
  return {
    image,
    // Whoever is told is told by an address that holds a token.
    files: receivers === undefined ? files : pulumi.secret(files),
    command: [
      "/bin/alertmanager",
      `--config.file=${FILES_FOLDER}/${CONFIG}`,
      `--storage.path=${DATA}`,
      // It is one alone: there are no others to find.
      "--cluster.listen-address=",
    ],
    volume: DATA,
    publish: port,
    internalPort: ALERTMANAGER.port,
    health: ["amtool", `--alertmanager.url=http://127.0.0.1:${ALERTMANAGER.port}`, "config", "show"],
    memoryLimit: "128Mi",
  };
}
