import { z } from "zod";
import type { McpLoggingArgs } from "../components/docker/logging/args";
import type { McpClusterLoggingArgs } from "../components/kubernetes/logging/args";
import type * as pulumi from "../components/pulumi";
import type { Config } from "./schema";
import { labelMap, pinned, port, scalar, text, variable } from "./values";

/** What each service of the logs can be told. */
const service = z.strictObject({
  image: pinned.optional(),
  memoryLimit: text.optional(),
  volumeSize: text.optional(),
  storageClass: text.optional(),
});
const elasticsearch = service.extend({ port: port.optional() });
const logstash = service.extend({ filter: text.optional() });
const kibana = service.extend({ enabled: z.boolean().optional(), port: port.optional() });
const shipper = z.strictObject({
  image: pinned.optional(),
  memoryLimit: text.optional(),
  port: port.optional(),
  containersFolder: text.optional(),
  namespace: text.optional(),
  imagePullSecrets: z.array(text).optional(),
  podsFolder: text.optional(),
  storageFolder: text.optional(),
  nodeSelector: labelMap.optional(),
});

/** Where the logs go that are not kept here. What is secret stands in `mcp:secrets`, under the name that is given here. */
const destination = z.strictObject({
  elasticsearch: z
    .strictObject({
      url: text,
      username: text.optional(),
      passwordSecret: variable.optional(),
      setup: z.boolean().optional(),
    })
    .optional(),
  otlp: z
    .strictObject({
      url: text,
      headers: z.record(text, scalar).optional(),
      secretHeaders: z.record(text, variable).optional(),
    })
    .optional(),
  loki: z
    .strictObject({
      url: text,
      tenant: text.optional(),
      username: text.optional(),
      passwordSecret: variable.optional(),
    })
    .optional(),
});

/** `mcp:logging`: the logs of all servers of a stack in one place. */
export const loggingSchema = z.strictObject({
  version: scalar.optional(),
  security: z.boolean().optional(),
  retentionDays: z.number().optional(),
  index: text.optional(),
  elasticsearch: elasticsearch.optional(),
  logstash: logstash.optional(),
  kibana: kibana.optional(),
  shipper: shipper.optional(),
  destination: destination.optional(),
});
export type LoggingConfig = z.infer<typeof loggingSchema>;

/** Known keys of the objects in `mcp:logging`. */
export const LOGGING_SHAPES: Record<string, z.ZodObject> = { elasticsearch, logstash, kibana, shipper, destination };

/** Names of the secrets that a config of the logs refers to, with their places. */
export function loggingSecrets({ logging }: Pick<Config, "logging">): [path: string, names: string[]][] {
  const { elasticsearch, otlp, loki } = logging?.destination ?? {};
  const path = "mcp:logging.destination";
  const named: [string, string | undefined][] = [
    [`${path}.elasticsearch.passwordSecret`, elasticsearch?.passwordSecret],
    ...Object.entries(otlp?.secretHeaders ?? {}).map(([header, name]): [string, string] => [
      `${path}.otlp.secretHeaders.${header}`,
      name,
    ]),
    [`${path}.loki.passwordSecret`, loki?.passwordSecret],
  ];
  return named.flatMap(([at, name]): [string, string[]][] => (name === undefined ? [] : [[at, [name]]]));
}

/** What a config says of the arguments of McpLogging, or of McpClusterLogging: each target has its own keys. */
export type LoggingSettings = Omit<McpLoggingArgs, "network" | "elasticsearch" | "kibana" | "shipper"> &
  Pick<McpLoggingArgs & McpClusterLoggingArgs, "elasticsearch" | "logstash" | "kibana" | "shipper">;

/** The arguments that a config says. */
export function loggingArgs(
  { destination, ...settings }: LoggingConfig,
  secret: (name: string) => pulumi.Output<string>,
): LoggingSettings {
  return { ...settings, ...(destination && { destination: withSecrets(destination, secret) }) } as LoggingSettings;
}

function withSecrets(
  { elasticsearch, otlp, loki }: NonNullable<LoggingConfig["destination"]>,
  secret: (name: string) => pulumi.Output<string>,
): object {
  const withPassword = <T extends { passwordSecret?: string | undefined }>({
    passwordSecret,
    ...others
  }: T): object => ({
    ...others,
    ...(passwordSecret !== undefined && { password: secret(passwordSecret) }),
  });
  const headersOf = (named: Record<string, string>): object =>
    Object.fromEntries(Object.entries(named).map(([header, name]) => [header, secret(name)]));
  return {
    ...(elasticsearch && { elasticsearch: withPassword(elasticsearch) }),
    ...(otlp && { otlp: { ...otlp, ...(otlp.secretHeaders && { secretHeaders: headersOf(otlp.secretHeaders) }) } }),
    ...(loki && { loki: withPassword(loki) }),
  };
}
