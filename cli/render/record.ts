import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. Secrets in its inputs carry their mark. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** What a program is run with. */
export interface RunOptions {
  project: string;
  stack: string;
  organization?: string;
  /** The stack's config, as the engine hands it to a program. */
  config: Record<string, string>;
  secretKeys: string[];
  /** The outputs of a resource, as its provider would report them. */
  outputs(resource: Registered): Record<string, unknown>;
}

/**
 * Runs a Pulumi program without the engine, and returns the resources that it registered. No provider is asked and
 * nothing is changed: the SDK's own mocks take the registrations.
 * @throws whatever the program or a value of it throws
 */
export async function record(program: () => unknown, options: RunOptions): Promise<Registered[]> {
  const { project, stack, organization, config, secretKeys, outputs } = options;
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource({ type, name, inputs, custom }) {
        const resource = { type, name, inputs };
        if (custom) resources.push(resource);
        return { id: `${name}-id`, state: custom ? outputs(resource) : inputs };
      },
    },
    project,
    stack.split("/").at(-1),
    false,
    organization,
  );
  pulumi.runtime.setAllConfig(config, secretKeys);
  await untilDone(program);
  return resources;
}

/** Runs the program until its last registration, as a language host does. */
async function untilDone(program: () => unknown): Promise<void> {
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // An error inside a value, far from the program's own promise.
  process.on("unhandledRejection", fail);
  try {
    await Promise.race([failed, run(program)]);
  } finally {
    // The same error comes out of everything that depends on the value.
    await sleep(0);
    process.off("unhandledRejection", fail);
  }
}

async function run(program: () => unknown): Promise<void> {
  await program();
  // Waits for registrations that are under way, and for those that follow from them.
  await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
}
