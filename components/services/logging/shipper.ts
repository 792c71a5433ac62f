import { type Endpoint, type Operator, SHIPPER_FEATURES, type ShipperSettings, shipperConfig } from "../../logging";
import * as pulumi from "../../pulumi";
import { memoryMiB } from "../../server";

export const SHIPPER = {
  name: "log-shipper",
  image: "otel/opentelemetry-collector-contrib:0.155.0",
  port: 13133,
  memoryLimit: "256Mi",
  /** Where its checkpoints and its queue are kept. */
  storage: "/var/lib/otelcol",
} as const;

/** An endpoint, and the variables that its headers name. */
export interface ShipperTarget {
  endpoint: pulumi.Input<Endpoint>;
  secrets?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** What has to be ready before the shipper starts: what takes its logs in the stack itself. */
  gateway?: pulumi.Resource;
}

/** The config of a shipper. @param source what it reads, and how */
export const shipperFile = (
  { endpoint }: Pick<ShipperTarget, "endpoint">,
  source: pulumi.Input<Pick<ShipperSettings, "files" | "source">>,
): pulumi.Output<string> =>
  pulumi.all([endpoint, source]).apply(([endpoint, { files, source }]) =>
    shipperConfig({
      files,
      source: source as Operator[],
      endpoint: endpoint as Endpoint,
      storage: SHIPPER.storage,
      healthPort: SHIPPER.port,
    }),
  );

/** Arguments of a shipper that reads its config from a place such as "env:NAME" or a file. */
export const shipperArguments = (config: string): string[] => [
  `--config=${config}`,
  `--feature-gates=${SHIPPER_FEATURES}`,
];

/** What Go may use before it cleans up more often: 80% of the limit. */
export const goMemory = (limit: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.output(limit).apply((limit) => `${Math.floor((memoryMiB(limit) ?? 256) * 0.8)}MiB`);
