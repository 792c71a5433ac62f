import { alertmanagerConfig, type ReceiverSettings } from "../monitoring";
import type { AlertmanagerServiceArgs } from "../monitoring/args";
import * as pulumi from "../pulumi";
import type { ServiceRun } from "./prometheus";

export const ALERTMANAGER = {
  name: "alertmanager",
  image: "prom/alertmanager:v0.28.1",
  port: 9093,
  volume: "/alertmanager",
} as const;

const CONFIG = "alertmanager.yml";

/** The service that tells people of alerts. Its files are secret when there are receivers. @param folder in which it finds them */
export function alertmanagerRun(
  folder: string,
  { image = ALERTMANAGER.image, receivers }: AlertmanagerServiceArgs,
): ServiceRun {
  const files = pulumi.output(receivers ?? []).apply((receivers): { [file: string]: string } => {
    const { config, secretFiles } = alertmanagerConfig({
      receivers: receivers as ReceiverSettings[],
      secretFolder: folder,
    });
    return { [CONFIG]: config, ...secretFiles };
  });
  return {
    image,
    // Whoever is told is told by an address that holds a token.
    files: receivers === undefined ? files : pulumi.secret(files),
    command: [
      "/bin/alertmanager",
      `--config.file=${folder}/${CONFIG}`,
      `--storage.path=${ALERTMANAGER.volume}`,
      // It is one alone: there are no others to find.
      "--cluster.listen-address=",
    ],
    volume: ALERTMANAGER.volume,
    memoryLimit: "128Mi",
  };
}
