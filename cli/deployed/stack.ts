import { opened, readState, type StateResource } from "../compose/stackState";
import { invocation, stackOption } from "../invocation";
import { projectRoot } from "../project";
import { isStackMissing, type Session, StackMissingError } from "../session";
import { stackFile, unknownStack } from "../stackConfig";
import { readStackConfig, type StackConfig } from "./config";
import { clusterOf, type Entry, entriesOf } from "./entries";

/** What is known of a stack without asking what runs. */
export interface DeployedStack {
  name: string;
  entries: Entry[];
  /** Its state. */
  resources: StateResource[];
  /** How the cluster is reached that it belongs to; for Kubernetes. */
  cluster?: Partial<NonNullable<StackConfig["cluster"]>> & {
    /** Content of a kubeconfig. Defaults to that of this machine. */
    kubeconfig?: string;
  };
}

/**
 * Reads a stack's config and state, and changes nothing.
 * @param secrets whether what the state keeps secret is wanted, too; it stays encrypted otherwise
 * @throws StackMissingError for a stack that was never deployed, UsageError for one that nobody knows
 */
export async function deployedStack(session: Session, { secrets = false } = {}): Promise<DeployedStack> {
  const { name, configFile } = session;
  const file = configFile === undefined ? [] : ["--config-file", configFile];
  const read = (...args: string[]) => session.pulumi([...args, "--stack", name]);
  try {
    const [state, printed] = await Promise.all([
      read("stack", "export", ...(secrets ? ["--show-secrets"] : [])),
      read("config", "--json", ...file),
    ]);
    const [resources, config] = [readState(state), readStackConfig(printed)];
    const { context = config.cluster?.context, kubeconfig } = clusterOf(resources);
    if (kubeconfig !== undefined && !secrets) return deployedStack(session, { secrets: true });
    return {
      name,
      entries: entriesOf(resources, config),
      resources,
      cluster: {
        ...config.cluster,
        ...(context !== undefined && { context }),
        ...(kubeconfig !== undefined && { kubeconfig: String(opened(kubeconfig)) }),
      },
    };
  } catch (error) {
    if (!isStackMissing(error)) throw error;
    const root = session.stack.workspace.workDir ?? projectRoot();
    throw (await stackFile(root, name))
      ? new StackMissingError(name, session.backend.location)
      : await unknownStack(root, name);
  }
}

/** What deploys a stack. */
export const upCommand = (stack: string): string => invocation("up", stackOption(stack));
