import type Docker from "dockerode";
import { BridgedResource, type Traits } from "../bridged";
import { type Context, PartialError } from "../resource";
import { readSchema } from "../schema";
import { objectsOf, type Properties, textOf, type Value } from "../values";
import { dockerClient } from "./client";

export const DOCKER_VERSION = "5.2.0";

/** Long enough for what depends on a resource to let go of it. */
const REMOVE_TIMEOUT_MS = 30_000;

const schema = readSchema("docker");

/** A resource of the Terraform provider: errors read as the official plugin's. */
export abstract class DockerResource extends BridgedResource {
  constructor(traits: Omit<Traits, "recordsDefaults">) {
    super({ ...traits, recordsDefaults: true }, schema);
  }

  override create(context: Context, inputs: Properties) {
    return this.reported(context, "creating", () => super.create(context, inputs));
  }

  override update(context: Context, id: string, olds: Properties, news: Properties) {
    return this.reported(context, "updating", () => super.update(context, id, olds, news));
  }

  override delete(context: Context, id: string, state: Properties) {
    return this.reported(context, "deleting", () => super.delete(context, id, state));
  }

  private async reported<T>(context: Context, verb: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      context.log("error", `sdk-v2/provider2.go:571: sdk.helper_schema: ${message}: provider=docker@${DOCKER_VERSION}`);
      const list = (text: string) => `1 error occurred:\n\t* ${text}\n\n`;
      const located = `${verb} ${context.urn}: ${list(message)}`;
      if (error instanceof PartialError) throw new PartialError(located, error.id, error.outputs);
      throw new Error(verb === "creating" ? list(message) : list(located));
    }
  }

  protected client(context: Context): Docker {
    return dockerClient(context.config);
  }
}

export function labelsToMap(labels: Value | undefined): Record<string, string> {
  return Object.fromEntries(objectsOf(labels).map(({ label, value }) => [textOf(label), textOf(value)]));
}

export function mapToLabels(labels: Record<string, string> | null | undefined): Properties[] {
  const sorted = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([label, value]) => ({ label, value }));
}

/** Tries until nothing uses the resource any more, as the official plugin does for half a minute. */
export async function removeWhenFree(remove: () => Promise<boolean>, state: string): Promise<void> {
  const until = Date.now() + REMOVE_TIMEOUT_MS;
  while (!(await remove())) {
    if (Date.now() > until) {
      throw new Error(`timeout while waiting for state to become 'removed' (last state: '${state}', timeout: 30s)`);
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
