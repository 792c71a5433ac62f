import * as pulumi from "@pulumi/pulumi";

/** A resource as the program registered it. */
export interface Registered {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

/** How Pulumi marks a secret on the wire. Source: runtime/rpc.ts of @pulumi/pulumi. */
const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Whether a recorded input is a secret, and its value. */
export function secretValue(value: unknown): unknown {
  const wrapped = value as Record<string, unknown> | undefined;
  if (!wrapped?.[SECRET_SIGNATURE]) throw new Error(`Not a secret: ${JSON.stringify(value)}`);
  return wrapped.value;
}

/**
 * Runs a program against mocks and returns what it registered and what it returned.
 * @param outputs state of a resource beyond its inputs, as its provider would report it; none of it is known in a preview
 * @param checked what a provider fills into the inputs before anything is created, such as a name: known in a preview, too
 */
export async function runWithMocks<T>(
  program: () => T,
  {
    preview = false,
    outputs = () => ({}),
    checked = () => ({}),
  }: {
    preview?: boolean;
    outputs?: (resource: Registered) => object;
    checked?: (resource: Registered) => object;
  } = {},
): Promise<{ resources: Registered[]; result: T; messages: string[] }> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource: ({ type, name, inputs, custom }) => {
        const registered = { type, name, inputs };
        if (custom || type.startsWith("mcp:")) resources.push(registered);
        return {
          id: preview ? undefined : `${name}-id`,
          state: { ...inputs, ...checked(registered), ...(preview ? {} : outputs(registered)) },
        };
      },
    },
    "mcp",
    "test",
    preview,
  );
  const result = program();
  // Registrations are asynchronous: a program has finished when no new one comes for some turns of the event loop.
  for (let seen = -1; seen !== resources.length; ) {
    seen = resources.length;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { resources, result, messages: [] };
}

/** How mocks hand on a value that is not known in a preview. */
export const UNKNOWN_INPUT = { __pulumiUnknown: true };

/** A recorded value with what stands in for unknown ones made comparable. */
export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value));

/** The resource of a type, of which there must be exactly one. */
export function theOnly(resources: Registered[], type: string): Registered {
  const found = resources.filter((resource) => resource.type === type);
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`${found.length} resources of type ${type}, not one`);
  return only;
}

/** The value of an output, or undefined while it is unknown. */
export function settled<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), 200);
    output.apply((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
