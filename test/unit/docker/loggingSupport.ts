import assert from "node:assert/strict";
import { McpLogging, type McpLoggingArgs } from "../../../components";
import { type Registered, runWithMocks, secretValue } from "../../support/mocks";

export const CONTAINER = "docker:index/container:Container";
export const VOLUME = "docker:index/volume:Volume";
/** The collector's own syntax of a variable. */
export const header = (at: number): string => `\${env:SHIPPER_HEADER_${at}}`;

export const REMOTE_IMAGE = "docker:index/remoteImage:RemoteImage";
export const PASSWORD = "random:index/randomPassword:RandomPassword";
const READY = "mcp:index:ContainerReady";
export const SETUP = "mcp:index:LogSetup";

/** What the providers would report. */
export function outputs({ type, name, inputs }: Registered) {
  if (type === REMOTE_IMAGE) return { imageId: `sha256:${"b".repeat(64)}` };
  if (type === PASSWORD) return { result: `${name}-value-of-32-characters` };
  if (type === READY) return { containerId: inputs.container };
  if (type === SETUP) return { readyUrl: inputs.url };
  if (type === VOLUME) return { name: inputs.name };
  return {};
}

export const SHIPPER = { shipper: { containersFolder: "/var/lib/docker/containers" } };
/** What McpLogging registers. */
export const run = (args: Partial<McpLoggingArgs> = {}, preview = false) =>
  runWithMocks(() => new McpLogging("logging", { network: "net", ...SHIPPER, ...args }), { outputs, preview });

export const named = (resources: Registered[], name: string): Registered => {
  const found = resources.find((resource) => resource.name === name);
  assert.ok(found, name);
  return found;
};
// biome-ignore lint/suspicious/noExplicitAny: inputs of many kinds of resource
export const inputsOf = (resources: Registered[], name: string) => named(resources, name).inputs as Record<string, any>;
/** Variables of a container by their names, whether they are a secret or not. */
export const variables = (envs: unknown): Record<string, string> => {
  const list = Array.isArray(envs) ? envs : (secretValue(envs) as string[]);
  return Object.fromEntries(list.map((entry: string) => entry.split(/=(.*)/s)));
};
