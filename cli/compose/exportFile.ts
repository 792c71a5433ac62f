import { Document, isScalar } from "yaml";
import { asList, asMapping, type Mapping } from "./composeFile";
import { exportService, healthOf } from "./exportService";
import { containerVariables, Interpolations, secretKnowledge, TELLING_LENGTH } from "./exportVariables";
import type { Finding } from "./findings";
import { opened, readState, type StateResource, TYPES } from "./stackState";

/** A stack as a compose file. */
export interface Exported {
  text: string;
  /** What could not be written. */
  findings: Finding[];
  /** Variables to set before compose runs it, each with the service that wants it. */
  variables: Map<string, string>;
}

/** First words of a file that an export writes, and of those that it wrote before. */
const HEADER = "# Written by mcp-deploy export";
export const IS_OURS = /^# Written by (mcp-deploy export|npm run compose:export)\b/;

/**
 * Writes a stack's Docker resources as a compose file: from its state, which is what runs. Undefined when it has no
 * containers.
 *
 * @param json what `pulumi stack export --show-secrets` prints; none of the secrets in it is written
 */
export function exportFile(json: string, stack: string): Exported | undefined {
  const resources = readState(json);
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const containers = ofType(TYPES.container)
    .map((container) => ({ container, key: keyOf(container) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  if (containers.length === 0) return undefined;
  const variables = sortedVariables(containers, resources);
  const interpolations = new Interpolations(new Map([...variables.of].map(([key, { secret }]) => [key, secret])));
  const networks = keysOf(containers, "networksAdvanced", "name", ofType(TYPES.network));
  const volumes = keysOf(containers, "mounts", "source", ofType(TYPES.volume));
  const images = imagesById(resources);
  const findings: Finding[] = elsewhere(resources);
  const services = containers.map(({ container, key }) => {
    const deployed = String(opened(container.inputs.image));
    const image = images.get(deployed);
    const exported = exportService(container, {
      key,
      image: image?.reference ?? deployed,
      pidsLimit: ofType(TYPES.ready).find(({ inputs }) => inputs.container === container.id)?.inputs.pidsLimit,
      networks,
      volumes,
      dependsOn: waitsFor(container, containers, resources),
      variables: variables.of.get(key) ?? { plain: {}, secret: {} },
      interpolations,
      known: variables.known,
    });
    findings.push(...exported.findings);
    return { key, service: exported.service, comment: image?.name };
  });
  const document = new Document({
    name: ofType("pulumi:pulumi:Stack")[0]?.name.toLowerCase() ?? `mcp-${stack}`,
    services: Object.fromEntries(services.map(({ key, service }) => [key, service])),
    networks: Object.fromEntries([...networks].map(([name, key]) => [key, { name }])),
    // They outlive the stack, and compose: `docker compose down --volumes` leaves them.
    ...(volumes.size > 0 && {
      volumes: Object.fromEntries([...volumes].map(([name, key]) => [key, { name, external: true }])),
    }),
  });
  for (const { key, comment } of services) {
    const node = document.getIn(["services", key, "image"], true);
    if (comment && isScalar(node)) node.comment = ` ${comment}`;
  }
  const lines = [`${HEADER} from the state of the stack ${stack}.`, ...hints(interpolations.names, volumes)];
  const text = `${lines.join("\n")}\n${document.toString({ lineWidth: 0, singleQuote: false })}`;
  return { text, findings, variables: interpolations.names };
}

/** The variables of all containers. What is a secret of one is a secret of all of them. */
function sortedVariables(containers: { container: StateResource; key: string }[], resources: StateResource[]) {
  const known = secretKnowledge(resources);
  const sort = () =>
    new Map(containers.map(({ container, key }) => [key, containerVariables(key, container.inputs.envs, known)]));
  const found = [...sort().values()].flatMap(({ secret }) => Object.values(secret));
  known.texts.push(...found.filter(({ length }) => length >= TELLING_LENGTH));
  return { known, of: sort() };
}

/** Servers of the stack that have no container. */
function elsewhere(resources: StateResource[]): Finding[] {
  const found = (server: StateResource, why: string): Finding[] => [
    { at: server.name, what: "left out", why, fix: "its stack output says how it is started" },
  ];
  const withContainer = new Set(resources.filter(({ type }) => type === TYPES.container).map(({ parent }) => parent));
  return resources.flatMap((resource) => {
    if (resource.type === "mcp:index:McpProcess") return found(resource, "it runs as a process of this machine");
    const isLaunched = resource.type === "mcp:index:McpContainer" && !withContainer.has(resource.urn);
    return isLaunched ? found(resource, "its clients start its container themselves") : [];
  });
}

function hints(variables: Map<string, string>, volumes: Map<string, string>): string[] {
  return [
    ...(variables.size > 0
      ? [`# Set in the environment or in a file .env beside this one: ${[...variables.keys()].sort().join(", ")}.`]
      : []),
    ...(volumes.size > 0 ? ["# The volumes must exist: docker volume create NAME, where the stack never ran."] : []),
  ];
}

/** A container is called as its network finds it; its own resource is named after that. */
function keyOf({ name, inputs }: StateResource): string {
  const [network] = asList(inputs.networksAdvanced);
  const [alias] = asList(asMapping(network)?.aliases);
  return String(alias ?? name.replace(/-container$/, ""));
}

/** The networks or volumes that containers use, by name; the key in the file is the name that the program gave. */
function keysOf(
  containers: { container: StateResource }[],
  list: "networksAdvanced" | "mounts",
  field: "name" | "source",
  resources: StateResource[],
): Map<string, string> {
  const used = containers.flatMap(({ container }) =>
    asList(container.inputs[list])
      .map((item): Mapping => asMapping(item) ?? {})
      .filter(({ type }) => list === "networksAdvanced" || type === "volume")
      .map((item) => String(item[field])),
  );
  return new Map(
    [...new Set(used)].map((name) => {
      const resource = resources.find(({ inputs, outputs }) => (inputs.name ?? outputs.name) === name);
      return [name, resource?.name ?? name];
    }),
  );
}

/** What images are called, by what containers are deployed with: the digest that a registry knows, or the id. */
function imagesById(resources: StateResource[]): Map<string, { reference: string; name: string }> {
  const found = resources.flatMap(({ type, outputs }): [string, { reference: string; name: string }][] => {
    const [imageId, repoDigest, imageName, name] = ["imageId", "repoDigest", "imageName", "name"].map((key) =>
      opened(outputs[key]),
    );
    if (type === TYPES.image) return [[String(repoDigest), { reference: String(repoDigest), name: String(imageName) }]];
    if (type !== TYPES.remoteImage) return [];
    const image = { reference: String(repoDigest || imageId), name: String(name) };
    // A service is deployed by the id, a server by the digest where there is one.
    return [imageId, repoDigest].filter(Boolean).map((deployed) => [String(deployed), image]);
  });
  return new Map(found);
}

/** The containers that one waits for: by its own inputs, or because a component around it depends on them. */
function waitsFor(
  container: StateResource,
  containers: { container: StateResource; key: string }[],
  resources: StateResource[],
): { key: string; hasHealth: boolean }[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const wanted = new Set<string>();
  for (let at: StateResource | undefined = container; at; at = byUrn.get(at.parent ?? "")) {
    for (const urn of at.dependencies) {
      wanted.add(urn);
      // The wait for a container stands for the container.
      if (byUrn.get(urn)?.type === TYPES.ready) for (const of of byUrn.get(urn)?.dependencies ?? []) wanted.add(of);
    }
  }
  return containers
    .filter((other) => other.container !== container && wanted.has(other.container.urn))
    .map((other) => ({ key: other.key, hasHealth: healthOf(other.container) !== undefined }));
}
