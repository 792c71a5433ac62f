import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type Docker from "dockerode";

/** The stack that is looked at, and `pulumi` commands on its backend. */
interface KilledStack {
  name: string;
  pulumi(args: string[]): Promise<string>;
}

/** What is read of a stack's state. Source: apitype.DeploymentV3 of Pulumi. */
interface Exported {
  deployment: { resources?: { id?: string }[]; pending_operations?: PendingOperation[] };
}
interface PendingOperation {
  type: string;
  resource: { type: string; inputs?: { name?: string } };
}

const CONTAINER = "docker:index/container:Container";
const NETWORK = "docker:index/network:Network";

/** What these providers were creating is removed here, or found by the next creation under its own name. */
const IS_MENDED = /^(docker:|random:|pulumi-nodejs:|mcp:)/;

/**
 * Removes the containers and networks that a killed run was creating: they exist, but the state does not know them, and
 * their names stand in the way of the next run. The engine wrote down what it was about to create, so nothing else is
 * touched; what the state knows stays, too. The notes are removed from the state then, or the engine would warn at each run.
 *
 * @returns what was removed from Docker, in words
 */
export async function removeLeftovers({ pulumi, name }: KilledStack): Promise<string[]> {
  const exported: Exported = JSON.parse(await pulumi(["stack", "export", "--stack", name]));
  const { deployment } = exported;
  const pending = deployment.pending_operations ?? [];
  const isBegun = ({ type, resource }: PendingOperation) => type === "creating" && IS_MENDED.test(resource.type);
  const begun = pending.filter(isBegun);
  if (begun.length === 0) return [];
  const known = new Set((deployment.resources ?? []).map(({ id }) => id));
  const namesOf = (type: string) =>
    begun.flatMap(({ resource }) => (resource.type === type ? (resource.inputs?.name ?? []) : []));
  const removed = await removeUnknown(namesOf(CONTAINER), namesOf(NETWORK), known);

  deployment.pending_operations = pending.filter((operation) => !isBegun(operation));
  const folder = await mkdtemp(path.join(tmpdir(), "pulumi-mcp-deploy-"));
  try {
    const file = path.join(folder, "state.json");
    await writeFile(file, JSON.stringify(exported), { mode: 0o600 });
    await pulumi(["stack", "import", "--stack", name, "--file", file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return removed;
}

async function removeUnknown(
  containers: string[],
  networks: string[],
  known: Set<string | undefined>,
): Promise<string[]> {
  if (containers.length + networks.length === 0) return [];
  // The engine's client takes 100 ms to load, and only a killed run needs it.
  const docker: Docker = new (require("dockerode") as typeof Docker)();
  const removed: string[] = [];
  for (const { Id, Names } of await docker.listContainers({ all: true })) {
    const name = containers.find((wanted) => Names.includes(`/${wanted}`));
    if (name === undefined || known.has(Id)) continue;
    await docker.getContainer(Id).remove({ force: true });
    removed.push(`container ${name}`);
  }
  for (const { Id, Name } of await docker.listNetworks()) {
    if (!networks.includes(Name) || known.has(Id)) continue;
    await docker.getNetwork(Id).remove();
    removed.push(`network ${Name}`);
  }
  return removed;
}
