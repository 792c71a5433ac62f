import { DEVELOP_ENV } from "../../components/docker/containerInputs";
import { listenEnv } from "../../components/server/launch";
import { asList, asMapping, asPairs } from "./composeFile";
import { Secret, type StateResource, secretTexts, TYPES } from "./stackState";

/** Shortest secret that is looked for in other texts: shorter ones are found everywhere. */
export const TELLING_LENGTH = 6;

/** What the state says of secrets, beyond the variables of containers, which are secret all or none. */
export interface SecretKnowledge {
  /** Secrets of the state, to be found in no text that is written. */
  texts: string[];
  /** Names that the stack's config lists as no secret, by server or service. */
  plain: Map<string, Set<string>>;
}

export function secretKnowledge(resources: StateResource[]): SecretKnowledge {
  const texts = resources.flatMap(({ type, inputs, outputs }) => {
    if (type === TYPES.image) return []; // Its __inputs are secret as a whole.
    const { envs: _, ...others } = inputs;
    const { envs: __, ...results } = type === TYPES.container ? {} : outputs;
    return [...secretTexts(others), ...secretTexts(results)];
  });
  const settings = resources.filter(({ type }) => SETTINGS.includes(type));
  const keys = ["servers", "services"].flatMap((key) => [key, `mcp:${key}`]);
  const entries = settings.flatMap(({ inputs }) => keys.flatMap((key) => parsed(inputs[key])));
  const plain = entries.map((entry): [string, Set<string>] => {
    const { name, env, secrets } = asMapping(entry) ?? {};
    const names = [...Object.keys(asMapping(env) ?? {}), ...OWN];
    return [String(name), new Set(names.filter((variable) => !asList(secrets).includes(variable)))];
  });
  return { texts: texts.filter((text) => text.length >= TELLING_LENGTH), plain: new Map(plain) };
}

/** Providers that are given the stack's config: that of the package, and before it that of dynamic resources. */
const SETTINGS = ["pulumi:providers:mcp", "pulumi:providers:pulumi-nodejs"];

/** The variables that the deployment sets itself; none of them is a secret. */
const OWN = [
  ...Object.keys(listenEnv({ transport: "http", port: 0, metricsPort: 0, path: "", telemetry: true }, "")),
  ...Object.keys(DEVELOP_ENV),
];
const BRIDGE = /^MCP_BRIDGE_/;

function parsed(json: unknown): unknown[] {
  return typeof json === "string" ? asList(JSON.parse(json)) : [];
}

/** Whether a text holds a secret of the state. */
export const isTelling = (text: string, { texts }: SecretKnowledge): boolean =>
  texts.some((secret) => text.includes(secret));

/** Variables of a container, those that may be secret apart. */
export interface ContainerVariables {
  plain: Record<string, string>;
  secret: Record<string, string>;
}

/**
 * Sorts a container's variables. As the state has them secret all or none, one is plain only where the config lists it
 * so, or where the deployment sets it itself; every other one counts as a secret.
 */
export function containerVariables(service: string, envs: unknown, known: SecretKnowledge): ContainerVariables {
  const variables: ContainerVariables = { plain: {}, secret: {} };
  const isSecret = envs instanceof Secret;
  const listed = known.plain.get(service) ?? new Set(OWN);
  for (const [name, value = ""] of asPairs(isSecret ? envs.value : envs)) {
    const isPlain = (!isSecret || listed.has(name) || BRIDGE.test(name)) && !isTelling(value, known);
    variables[isPlain ? "plain" : "secret"][name] = value;
  }
  return variables;
}

/** Variables of whoever runs compose, which stand in for secrets. */
export class Interpolations {
  /** Their names, in the order of first use, each with the service that asked for it. */
  readonly names = new Map<string, string>();

  /** @param all the secret variables of each service */
  constructor(private readonly all: Map<string, Record<string, string>>) {}

  /** What is written instead of a service's secret variable. */
  of(service: string, name: string): string {
    const password = this.redisPassword(this.all.get(service)?.[name] ?? "");
    return password ? `redis://:${this.text(password, "REDIS_PASSWORD")}@${password}:6379` : this.text(service, name);
  }

  private text(service: string, name: string): string {
    const variable = this.nameFor(service, name);
    this.names.set(variable, service);
    return `\${${variable}:?set ${variable}}`;
  }

  /** One variable for equal values under one name; where they differ, each service has its own. */
  private nameFor(service: string, name: string): string {
    const values = new Set([...this.all.values()].flatMap((variables) => variables[name] ?? []));
    return values.size <= 1 ? name : `${service}_${name}`.toUpperCase().replace(/[^A-Z0-9_]/g, "_");
  }

  /** The Redis of the stack that a URL leads to: its password is asked for once. */
  private redisPassword(url: string): string | undefined {
    const [, password, host = ""] = /^redis:\/\/:(.+)@([a-z0-9-]+):6379$/.exec(url) ?? [];
    return password !== undefined && this.all.get(host)?.REDIS_PASSWORD === password ? host : undefined;
  }
}
