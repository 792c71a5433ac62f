import { OWN_TYPES, type ResourceKind, resourceType } from "../../common/resourceTypes";
import { DEFAULTS } from "../../components/server/defaults";
import { asMapping, type Mapping } from "../compose/composeFile";
import { type StateResource, TYPES } from "../compose/stackState";
import type { StackConfig } from "./config";
import { type ServerOutput, serverOutput } from "./output";

/** A server or service of a stack, and where it runs. */
export interface Entry {
  name: string;
  role: "server" | "service";
  /** "process", "docker" or "kubernetes". */
  target: string;
  /** Where it runs; undefined for what the config names and the state does not have. */
  place?: Place;
  /** What a server says of itself: how to reach it, its tools. */
  output?: ServerOutput;
}

export type Place = ProcessPlace | ContainerPlace | WorkloadPlace | ClientPlace;

/** A process of this machine under a supervisor. */
export interface ProcessPlace {
  kind: "process";
  /** Key of the server's folder on this machine. */
  instance: string;
  /** Undefined when the server has never been started. */
  started?: { readinessUrl: string; metricsUrl: string; startSeconds: number };
}

/** A container of the Docker Engine. */
export interface ContainerPlace {
  kind: "container";
  /** Name of the container: unlike its id it stays when the container is replaced. */
  container: string;
  /** Of a server: the URL on this machine that answers below 500 when it is ready, and how long it may take to start. */
  readiness?: { url: string; startSeconds: number };
}

export type WorkloadKind = "Deployment" | "StatefulSet" | "DaemonSet";

/** Pods of a cluster, and what makes them. */
export interface WorkloadPlace {
  kind: "workload";
  workload: WorkloadKind;
  namespace: string;
  object: string;
}

/** Nothing runs: each client starts the server for itself. */
export interface ClientPlace {
  kind: "client";
  /** Folder of its installation on this machine; a client finds the server below `current` in it. */
  folder?: string;
}

const WORKLOAD = /^kubernetes:apps\/v1:(Deployment|StatefulSet|DaemonSet)$/;

/** The components of servers. What belongs to another component of ours is a service; the rest of a program is its own affair. */
const SERVERS = ["McpProcess", "McpContainer", "McpDeployment"].map((name) => `${OWN_TYPES}${name}`);

/** All servers and services of a stack, those of the config first and in its order, then what is still deployed beside them. */
export function entriesOf(state: StateResource[], config: StackConfig): Entry[] {
  const deployed = deployedOf(state);
  const { servers, services } = config;
  const named: Entry[] = [
    ...servers.map(({ name, target }) => ({ name, role: "server" as const, target: target ?? config.target })),
    ...services.map((name) => ({ name, role: "service" as const, target: config.target })),
  ].map((entry) => deployed.find(({ name, role }) => name === entry.name && role === entry.role) ?? entry);
  return [...named, ...deployed.filter((entry) => !named.includes(entry))];
}

function deployedOf(state: StateResource[]): Entry[] {
  return state.flatMap((resource): Entry[] => {
    const parent = state.find(({ urn }) => urn === resource.parent);
    if (!parent?.type.startsWith(OWN_TYPES)) return [];
    const siblings = state.filter((one) => one.parent === parent.urn);
    const found = placeOf(resource, siblings);
    if (!found) return [];
    if (!SERVERS.includes(parent.type)) return [{ name: baseName(resource.name), role: "service", ...found }];
    const output = serverOutput(parent, found.target, state);
    return [{ name: parent.name, role: "server", ...found, ...(output && { output }) }];
  });
}

/** A child is named after what it is a part of: "redis-container", "redis-set". */
const baseName = (name: string): string => name.replace(/-(container|deployment|set)$/, "");

function placeOf(resource: StateResource, siblings: StateResource[]): Pick<Entry, "target" | "place"> | undefined {
  const { type, inputs, id = "" } = resource;
  const sibling = (kind: ResourceKind) => siblings.find((one) => one.type === resourceType(kind));
  if (type === resourceType("Installation")) return { target: "process", place: processPlace(resource, sibling) };
  if (type === TYPES.container) {
    const { url, timeoutSeconds } = sibling("ContainerReady")?.inputs ?? {};
    const readiness = typeof url === "string" && { readiness: { url, startSeconds: Number(timeoutSeconds) } };
    return { target: "docker", place: { kind: "container", container: textOf(inputs.name) ?? id, ...readiness } };
  }
  // A server that clients start as a container has been checked by its command, and has no container in the state.
  if (type === resourceType("McpCheck") && inputs.command !== undefined && !sibling("Installation")) {
    return { target: "docker", place: { kind: "client" } };
  }
  const workload = WORKLOAD.exec(type)?.[1] as WorkloadKind | undefined;
  if (!workload) return undefined;
  // The id is never secret, whatever the object holds: "namespace/name".
  const [object = "", namespace = "default"] = id.split("/").reverse();
  return { target: "kubernetes", place: { kind: "workload", workload, namespace, object } };
}

function processPlace(
  { inputs, outputs }: StateResource,
  sibling: (kind: ResourceKind) => StateResource | undefined,
): ProcessPlace | ClientPlace {
  const instance = String(inputs.instance);
  const process = sibling("Process")?.inputs;
  if (process) {
    const { host, port, readinessPath, startTimeoutSeconds } = process;
    const metricsPort = asMapping(process.env)?.METRICS_PORT ?? DEFAULTS.metricsPort;
    return {
      kind: "process",
      instance,
      started: {
        readinessUrl: `http://${host}:${port}${readinessPath}`,
        metricsUrl: `http://${host}:${metricsPort}/metrics`,
        startSeconds: Number(startTimeoutSeconds),
      },
    };
  }
  const isForClients = sibling("Activation") ?? sibling("McpCheck")?.inputs.command;
  return isForClients ? { kind: "client", folder: String(outputs.folder) } : { kind: "process", instance };
}

/** What the stack was deployed to its cluster with: the context, and the kubeconfig that its components were given. */
export function clusterOf(state: StateResource[]): { context: string | undefined; kubeconfig: unknown } {
  const inputsOf = (wanted: string): Mapping => state.find(({ type }) => type === wanted)?.inputs ?? {};
  const [provider, rollout] = [inputsOf("pulumi:providers:kubernetes"), inputsOf(resourceType("Rollout"))];
  return { context: textOf(provider.context) ?? textOf(rollout.context), kubeconfig: rollout.kubeconfig };
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
