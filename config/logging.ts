import type { McpLoggingArgs } from "../components/docker/logging/args";
import type { McpClusterLoggingArgs } from "../components/kubernetes/logging/args";
import type * as pulumi from "../components/pulumi";
import type { Config, Logging } from "./plain";

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
  { destination, ...settings }: Logging,
  secret: (name: string) => pulumi.Output<string>,
): LoggingSettings {
  return { ...settings, ...(destination && { destination: withSecrets(destination, secret) }) } as LoggingSettings;
}

function withSecrets(
  { elasticsearch, otlp, loki }: NonNullable<Logging["destination"]>,
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
