import { asList, asMapping, type Mapping } from "./composeFile";
import { ELSEWHERE, healthcheck, WRITERS } from "./exportKeys";
import { type Interpolations, isTelling, type SecretKnowledge } from "./exportVariables";
import type { Finding } from "./findings";
import { Secret, type StateResource } from "./stackState";

/** What a container is written with beyond its own inputs. */
export interface Surroundings {
  /** Key of the service. */
  key: string;
  /** What the image is called: by digest or id. */
  image: string;
  /** Most processes and threads. */
  pidsLimit: unknown;
  /** Keys of networks and volumes of the file, by their names on the engine. */
  networks: Map<string, string>;
  volumes: Map<string, string>;
  /** Services that it waits for, and whether their health can be waited for. */
  dependsOn: { key: string; hasHealth: boolean }[];
  /** Its variables, secrets apart. */
  variables: { plain: Record<string, string>; secret: Record<string, string> };
  interpolations: Interpolations;
  known: SecretKnowledge;
}

/** A container as a service of a compose file. What can't be written is named. */
export function exportService(
  container: StateResource,
  given: Surroundings,
): { service: Mapping; findings: Finding[] } {
  const findings: Finding[] = [];
  const note = (key: string, why: string, fix: string) =>
    findings.push({ at: `${given.key}.${key}`, what: "left out", why, fix });
  const inputs: Mapping = {};
  for (const [key, value] of Object.entries(container.inputs)) {
    if (value === undefined || value === null || key === "envs" || key === "image") continue;
    if (isSecret(value, given.known)) note(key, "its value holds a secret", "write it by hand, from a variable");
    else if (key in WRITERS || ELSEWHERE.has(key)) inputs[key] = value;
    else note(key, "compose has no counterpart that is known here", "write it by hand");
  }
  const service: Mapping = { image: given.image };
  for (const [key, writer] of Object.entries(WRITERS)) {
    if (inputs[key] !== undefined) Object.assign(service, escaped(writer(inputs[key])));
  }
  const ofImage = healthOf(container);
  if (container.inputs.healthcheck === undefined && ofImage) service.healthcheck = escaped(healthcheck(ofImage));
  return {
    service: {
      ...service,
      ...(given.pidsLimit !== undefined && { pids_limit: given.pidsLimit }),
      ...environment(given),
      ...logging(inputs),
      ...networks(inputs, given),
      ...mounts(inputs, given),
      ...(given.dependsOn.length > 0 && {
        depends_on: Object.fromEntries(
          given.dependsOn.map(({ key, hasHealth }) => [
            key,
            { condition: hasHealth ? "service_healthy" : "service_started" },
          ]),
        ),
      }),
    },
    findings,
  };
}

/** The health check that a container runs: its own, or that of its image. */
export function healthOf({ inputs, outputs }: StateResource): Mapping | undefined {
  const check = asMapping(inputs.healthcheck) ?? asMapping(outputs.healthcheck);
  const [kind] = asList(check?.tests);
  return kind === undefined || kind === "NONE" ? undefined : check;
}

function isSecret(value: unknown, known: SecretKnowledge): boolean {
  if (value instanceof Secret) return true;
  if (typeof value === "string") return isTelling(value, known);
  return typeof value === "object" && value !== null && Object.values(value).some((item) => isSecret(item, known));
}

/** A `$` of a text would be an interpolation of compose. */
function escaped<T>(value: T): T {
  if (typeof value === "string") return value.replaceAll("$", "$$$$") as T;
  if (Array.isArray(value)) return value.map(escaped) as T;
  const mapping = asMapping(value);
  return mapping
    ? (Object.fromEntries(Object.entries(mapping).map(([key, item]) => [key, escaped(item)])) as T)
    : value;
}

function environment({ key, variables, interpolations }: Surroundings): Mapping | undefined {
  const all = [
    ...Object.entries(escaped(variables.plain)),
    ...Object.keys(variables.secret).map((name) => [name, interpolations.of(key, name)] as const),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  return all.length > 0 ? { environment: Object.fromEntries(all) } : undefined;
}

function logging({ logDriver, logOpts }: Mapping): Mapping | undefined {
  if (logDriver === undefined) return undefined;
  return { logging: { driver: logDriver, ...(asMapping(logOpts) && { options: escaped(logOpts) }) } };
}

function networks({ networkMode, networksAdvanced }: Mapping, given: Surroundings): Mapping | undefined {
  const joined = asList(networksAdvanced).map((item) => asMapping(item) ?? {});
  if (joined.length === 0) return networkMode ? { network_mode: networkMode } : undefined;
  return {
    networks: Object.fromEntries(
      joined.map(({ name, aliases, ipv4Address, ipv6Address }) => {
        // The key of a service is its name on the network anyway.
        const others = asList(aliases).filter((alias) => alias !== given.key);
        const settings = {
          ...(others.length > 0 && { aliases: others }),
          ...(ipv4Address ? { ipv4_address: ipv4Address } : {}),
          ...(ipv6Address ? { ipv6_address: ipv6Address } : {}),
        };
        return [given.networks.get(String(name)) ?? String(name), Object.keys(settings).length > 0 ? settings : null];
      }),
    ),
  };
}

function mounts(inputs: Mapping, given: Surroundings): Mapping | undefined {
  const all = asList(inputs.mounts).map((item) => {
    const { type, source, target, readOnly } = asMapping(item) ?? {};
    const from = type === "volume" ? given.volumes.get(String(source)) : source;
    return { type, ...(from ? { source: escaped(from) } : {}), target, ...(readOnly === true && { read_only: true }) };
  });
  return all.length > 0 ? { volumes: all } : undefined;
}
