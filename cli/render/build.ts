import type { PulumiFn } from "@pulumi/pulumi/automation";
import type { EventSink } from "../engineEvents";
import { UsageError } from "../errors";
import { invocation, stackOption } from "../invocation";
import { operate } from "../operate";
import type { Session } from "../session";
import { type Missing, TYPES } from "./answers";
import type { Deployed } from "./deployed";
import { prepareForKubernetes } from "./program";

/** A resource by type and name, as it stands in the end of its URN. */
interface Target {
  type: string;
  name: string;
}

/**
 * Makes what is missing, in a stack that was never deployed to a cluster. In one that was, an update of single resources
 * would leave the rest of it behind, and the engine has lost states over such updates: that is for `up`.
 * @param open opens the stack with another program than its own
 * @throws UsageError for a stack that was deployed
 */
export async function build(
  missing: Missing[],
  deployed: Deployed,
  { name, sink, open }: { name: string; sink: EventSink; open(program: PulumiFn): Promise<Session> },
): Promise<void> {
  if (deployed.hasCluster()) throw deployedError(name);
  const session = await open(async () => {
    prepareForKubernetes(name);
    return deployed.stackOutputs();
  });
  // Named one by one: should somebody deploy the stack just now, nothing of it is taken for removed.
  const targets = targetsOf(missing, deployed).map(({ type, name: resource }) => `**${type}::${resource}`);
  await operate(session, "up", { sink, create: true, targets });
}

const deployedError = (stack: string): UsageError =>
  new UsageError(
    `--build is for stacks whose manifests others apply, and ${stack} was deployed by up, which builds and rolls out together.\n` +
      `  fix: ${invocation("up", stackOption(stack))}, and render then; or give what was built elsewhere with --image`,
  );

/**
 * What the update may touch: the missing, and the components that they are part of as far as those are not there yet.
 */
export function targetsOf(missing: Missing[], deployed: Deployed): Target[] {
  const components = missing.flatMap(({ type, owner }) =>
    type === TYPES.password
      ? [{ type: "mcp:index:McpRedisStatefulSet", name: owner }]
      : [
          { type: "mcp:index:McpDeployment", name: owner },
          { type: "mcp:index:McpImage", name: owner },
        ],
  );
  const all = [...components.filter((component) => !deployed.find(component)), ...missing];
  return all.map(({ type, name }) => ({ type, name }));
}
