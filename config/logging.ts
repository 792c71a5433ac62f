import { z } from "zod";
import type { McpLoggingArgs } from "../components/docker/logging/args";
import { validateElasticVersion, validateIndex, validateLogUrl, validateRetention } from "../components/logging";
import type * as pulumi from "../components/pulumi";
import { type Problem, Target } from "../components/server";
import type { Config } from "./schema";
import { pinned, port, scalar, text, variable } from "./values";

const elasticsearch = z.strictObject({
  image: pinned.optional(),
  port: port.optional(),
  memoryLimit: text.optional(),
});
const logstash = z.strictObject({ image: pinned.optional(), filter: text.optional(), memoryLimit: text.optional() });
const kibana = z.strictObject({
  enabled: z.boolean().optional(),
  image: pinned.optional(),
  port: port.optional(),
  memoryLimit: text.optional(),
});
const shipper = z.strictObject({
  image: pinned.optional(),
  port: port.optional(),
  containersFolder: text.optional(),
  memoryLimit: text.optional(),
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

/** `mcp:logging`: the logs of all servers of a Docker stack in one place. */
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

/** Names of the containers; no server and no service can have them, too. */
const NAMES = ["elasticsearch", "logstash", "kibana", "log-shipper"];

/** What is wrong with `mcp:logging`, beyond its shape. */
export function loggingProblems(config: Config): Problem[] {
  const { logging, target } = config;
  if (!logging) return [];
  if (target !== Target.Docker) {
    return [
      {
        path: "mcp:logging",
        message: `means nothing in a stack for ${target}`,
        allowed: "a stack with mcp:target docker",
        fix: "remove it; `npm run logs -- SERVER` shows the logs of every target",
      },
    ];
  }
  const { version, index, retentionDays } = logging;
  return [
    ...takenNames(config),
    ...(version === undefined ? [] : validateElasticVersion(version, "mcp:logging.version")),
    ...(index === undefined ? [] : validateIndex(index, "mcp:logging.index")),
    ...(retentionDays === undefined ? [] : validateRetention(retentionDays, "mcp:logging.retentionDays")),
    ...destinationProblems(logging),
  ];
}

const takenNames = ({ servers, services }: Config): Problem[] =>
  Object.entries({ servers, services }).flatMap(([key, entries]) =>
    entries.flatMap(({ name }, index) =>
      NAMES.includes(name)
        ? [
            {
              path: `mcp:${key}[${index}].name`,
              message: `${name} is a part of mcp:logging`,
              got: name,
              fix: "rename it",
            },
          ]
        : [],
    ),
  );

/** Settings of what only a stack of one's own has. */
const OWN = ["security", "elasticsearch", "kibana"] as const;

function destinationProblems(logging: LoggingConfig): Problem[] {
  if (!logging.destination) return [];
  const path = "mcp:logging.destination";
  const { elasticsearch, otlp, loki } = logging.destination;
  const given = Object.keys(logging.destination);
  if (given.length !== 1) {
    return [
      {
        path,
        message: "has to name one place",
        got: given.join(", ") || "none",
        allowed: "one of elasticsearch, otlp, loki",
      },
    ];
  }
  const unused = [...OWN, ...(elasticsearch ? [] : (["version", "retentionDays", "index", "logstash"] as const))];
  return [
    ...unused
      .filter((key) => logging[key] !== undefined)
      .map((key) => ({
        path: `mcp:logging.${key}`,
        message: `means nothing where the logs go to ${given[0]}`,
        fix: "remove it",
      })),
    ...(elasticsearch ? validateLogUrl(elasticsearch.url, `${path}.elasticsearch.url`, { needsPort: true }) : []),
    ...(otlp ? validateLogUrl(otlp.url, `${path}.otlp.url`) : []),
    ...(loki ? validateLogUrl(loki.url, `${path}.loki.url`) : []),
    ...halfCredentials(elasticsearch, `${path}.elasticsearch`),
    ...halfCredentials(loki, `${path}.loki`),
  ];
}

const halfCredentials = (
  given: { username?: string | undefined; passwordSecret?: string | undefined } | undefined,
  path: string,
): Problem[] =>
  given && (given.username === undefined) !== (given.passwordSecret === undefined)
    ? [
        {
          path,
          message: "has one of `username` and `passwordSecret`, not both",
          fix: "set both, or neither",
        },
      ]
    : [];

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

/** The arguments of McpLogging that a config says. */
export function loggingArgs(
  { destination, ...settings }: LoggingConfig,
  secret: (name: string) => pulumi.Output<string>,
): Omit<McpLoggingArgs, "network"> {
  return { ...settings, ...(destination && { destination: withSecrets(destination, secret) }) } as Omit<
    McpLoggingArgs,
    "network"
  >;
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
