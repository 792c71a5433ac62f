import { existsSync } from "node:fs";
import { findOnPath } from "../cli/command";
import { registryAddress } from "../test/support/clusterImages";
import { clusterMissing, kubeconfigFile, removeNamespace } from "../test/support/kubernetes";
import { type Command, finish } from "./child";
import { needPlugins, Skipped } from "./docker";
import { STACK, type Workspace } from "./workspace";

/** The namespaces of this run, one for each side: others share the cluster. */
export const OWN = `${STACK}-own`;
export const APPLIED = `${STACK}-kubectl`;

/** What the engine, the programs and the plugins need to find the cluster. */
export const CLUSTER_ENV = { KUBECONFIG: kubeconfigFile };

/** @throws Skipped with the reason, where no cluster answers or the official plugins for it are not installed */
export async function needCluster(): Promise<void> {
  const missing = clusterMissing();
  if (missing !== undefined) throw new Skipped(missing);
  await needPlugins(["kubernetes", "random"]);
}

/** @throws Skipped with the reason, where the registry from which the cluster pulls does not answer */
export async function needRegistry(): Promise<void> {
  const answer = await fetch(`http://${registryAddress}/v2/`).catch(() => undefined);
  if (!answer?.ok) throw new Skipped(`no registry answers at ${registryAddress} (REG_ADDR)`);
}

/** The cluster's own command line, on the cluster of the tests. */
export class Kubectl {
  private constructor(
    private readonly binary: string,
    private readonly workspace: Workspace,
  ) {}

  /** @throws Skipped with the reason, where there is none: it is looked for in KUBECTL, then on PATH */
  static async find(workspace: Workspace): Promise<Kubectl> {
    const { KUBECTL } = process.env;
    if (KUBECTL !== undefined && !existsSync(KUBECTL)) throw new Skipped(`KUBECTL names no file: ${KUBECTL}`);
    const binary = KUBECTL ?? (await findOnPath("kubectl"));
    if (binary === undefined) throw new Skipped("kubectl is not on PATH, and KUBECTL is not set");
    return new Kubectl(binary, workspace);
  }

  /** Runs kubectl and times it; throws with what it said when it fails. What it keeps of the cluster's API stays warm. */
  async run(...args: string[]): Promise<number> {
    const { folder, home } = this.workspace;
    const env = { ...process.env, ...CLUSTER_ENV, HOME: home };
    const command: Command = { command: this.binary, args, cwd: folder, env };
    return (await finish(command)).milliseconds;
  }

  /** Removes a namespace and waits until all that was in it is gone. */
  async removeNamespace(name: string): Promise<void> {
    await removeNamespace(name);
    await this.run("delete", "namespace", name, "--ignore-not-found", "--wait");
  }
}

/** Removes what a run left in the cluster. */
export async function cleanUpCluster(): Promise<void> {
  for (const name of [OWN, APPLIED]) await removeNamespace(name);
}
