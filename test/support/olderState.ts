import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { dynamicType, RESOURCE_KINDS, type ResourceKind, resourceType } from "../../common/resourceTypes";
import { identify } from "../../provider/process/identity";
import { REPOSITORY, type Step, type TestStack } from "./stack";

type Values = Record<string, unknown>;

interface Resource {
  urn: string;
  type: string;
  inputs: Values;
  outputs: Values;
  propertyDependencies?: Values;
}

const FIXTURES = path.join(REPOSITORY, "test", "fixtures", "states");

/** What the engine printed of this stack before version 0.2, with placeholders: see the README there. */
export const fixture = (name: string): string => readFileSync(path.join(FIXTURES, `${name}.json`), "utf8");

/**
 * The recorded state for a stack of the same name in a folder of this test's own.
 *
 * @param steps a preview of the stack without a state: later commits may change contents, and only they can say them
 * @param more values of the placeholders that the stack's settings give
 * @throws Error when a placeholder has no value
 */
export function olderState(stack: TestStack, steps: Step[], more: Record<string, string> = {}): string {
  const project = realpathSync(stack.root);
  const values: Record<string, string> = {
    project,
    data: path.join(stack.home, "data"),
    node: process.execPath,
    docker: "/var/lib/docker",
    ...contentsOf(steps),
    ...more,
  };
  return fixture(stack.name).replace(/\{\{([\w:-]+)\}\}/g, (_, name: string) => {
    const [, server] = /^key:(.*)$/.exec(name) ?? [];
    const value = server ? folderKey(project, stack.name, server) : values[name];
    if (value === undefined) throw new Error(`no value for {{${name}}} of ${stack.name}.json`);
    return value;
  });
}

/** The state with other ports, in numbers and in texts. A preview refuses to start a server on a port that is taken. */
export const withPorts = (state: string, ports: Record<number, number | undefined>): string =>
  state.replace(/(?<![\w.-])\d+(?![\w.-])/g, (port) => String(ports[Number(port)] ?? port));

/** As version 0.1 computed it: another key would be another folder, and a new process. */
const folderKey = (project: string, stack: string, server: string): string =>
  createHash("sha256")
    .update(`${project}\nurn:pulumi:${stack}::mcp::mcp:index:McpProcess::${server}`)
    .digest("hex")
    .slice(0, 8);

function contentsOf(steps: Step[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { urn, newState } of steps) {
    const inputs = (newState?.inputs ?? {}) as Record<string, string> & { build?: { contextDigest: string } };
    const [, server, what] = /::([^:]+)-(installation|image)$/.exec(urn) ?? [];
    if (what === "installation") {
      values[`sourceDigest:${server}`] = String(inputs.sourceDigest);
      values[`dependencyDigest:${server}`] = String(inputs.dependencyDigest);
    } else if (what === "image" && inputs.build) {
      values[`tag:${server}`] = String(inputs.imageName).split(":").at(-1) ?? "";
      values[`contextDigest:${server}`] = inputs.build.contextDigest;
    }
  }
  return values;
}

/** Puts on this machine what a preview looks for of local servers: releases, and a process that stands for all of them. */
export function putStandIns(state: string, pid: number): void {
  for (const { type, outputs } of resourcesOf(state)) {
    const { folder, release, generation, port, cwd } = outputs ?? {};
    if (type === dynamicType("Installation")) {
      const installed = path.join(String(folder), "releases", String(release));
      mkdirSync(path.join(installed, "node_modules"), { recursive: true });
      const interpreter = path.resolve(installed, String(outputs.interpreter));
      if (!interpreter.startsWith(installed)) continue;
      mkdirSync(path.dirname(interpreter), { recursive: true });
      writeFileSync(interpreter, "");
    } else if (type === dynamicType("Activation")) {
      symlinkSync(path.join("releases", String(release)), path.join(String(folder), "current"));
    } else if (type === dynamicType("Process")) {
      const [supervisor, child, startedAt] = [identify(pid), identify(pid), new Date().toISOString()];
      const run = { generation, port, cwd, supervisor, child, restarts: 0, startedAt };
      writeFileSync(path.resolve(String(cwd), "../../run.json"), JSON.stringify(run));
    }
  }
}

/** What version 0.1 would have recorded of the same deployment: nothing else differs but ids of providers. */
export function toOldShape(exported: string): string {
  const { deployment, ...rest } = JSON.parse(exported);
  const provider = (deployment.resources as Resource[]).find(({ type }) => type === "pulumi:providers:mcp");
  if (!provider) throw new Error("the state has no provider of this package");
  const urn = provider.urn.replace(/pulumi:providers:mcp::.*$/, "pulumi:providers:pulumi-nodejs::default");
  let text = JSON.stringify(deployment).replaceAll(provider.urn, urn);
  for (const kind of RESOURCE_KINDS) {
    text = text.replace(new RegExp(`${resourceType(kind)}(?=::|")`, "g"), dynamicType(kind));
  }
  const old = JSON.parse(text);
  for (const resource of old.resources as Resource[]) {
    const kind = RESOURCE_KINDS.find((kind) => dynamicType(kind) === resource.type);
    if (kind) makeDynamic(resource, kind);
    if (resource.urn !== urn) continue;
    resource.type = "pulumi:providers:pulumi-nodejs";
    const { version: _, ...config } = resource.outputs;
    resource.inputs = Object.fromEntries(Object.entries(config).map(([key, value]) => [`mcp:${key}`, value]));
    resource.outputs = resource.inputs;
  }
  return JSON.stringify({ ...rest, deployment: old });
}

/** A resource of the dynamic provider carried the code that loads its provider. */
function makeDynamic(resource: Resource, kind: ResourceKind): void {
  const name = dynamicType(kind).split(":").at(-1);
  const loader = `require("module").createRequire(process.cwd() + "/")("pulumi-mcp-deploy/provider").${name};`;
  const __provider = `exports.handler = () => ${loader}`;
  const renamed = (values: Values = {}): Values => {
    if (kind !== "McpCheck" || !("secrets" in values)) return values;
    const { secrets, ...others } = values;
    return { ...others, secretEnv: secrets };
  };
  resource.inputs = { __provider, ...renamed(resource.inputs) };
  resource.outputs = { ...renamed(resource.outputs), __provider };
  resource.propertyDependencies = { __provider: [], ...renamed(resource.propertyDependencies) };
}

/** Names of the inputs and outputs of each dynamic resource whose name begins so, for comparison. */
export function shapesOf(state: string, prefix: string): Record<string, string[][]> {
  const shapes: Record<string, string[][]> = {};
  for (const { type, urn, inputs, outputs } of resourcesOf(state)) {
    if (!type.startsWith("pulumi-nodejs:") || !urn.includes(`::${prefix}-`)) continue;
    shapes[type] = [Object.keys(inputs).sort(), Object.keys(outputs).sort()];
  }
  return shapes;
}

/** The types of a state's resources, those of providers too. */
export const typesOf = (state: string): string[] => resourcesOf(state).map(({ type }) => type);

const resourcesOf = (state: string): Resource[] => JSON.parse(state).deployment.resources;
