import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Missing } from "../../../../cli/render/answers";
import type { Source } from "../../../../cli/render/objects";
import { type Given, type RenderOptions, renderOptions } from "../../../../cli/render/options";
import { makeFolder, removeFolders } from "../../../support/folder";

export const CANARY = "canary-7f31-secret";
export const PASSWORD = "canary-5e20-password";
export const DIGEST = `sha256:${"a".repeat(64)}`;
export const IMAGE = `registry.example.com/mcp/weather@${DIGEST}`;

/** Files of a project with one server. */
const PROJECT = {
  "weather/server.py": 'from fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run(transport="http")\n',
  "weather/requirements.txt": "fastmcp==4.1.2\n",
};

/** Config of a stack with a server and its Redis; `weather` and `config` replace parts of it. */
export const configOf = (weather: object = {}, config: Record<string, unknown> = {}): Record<string, unknown> => ({
  "mcp:target": "kubernetes",
  // No kubeconfig knows it: rendering needs none.
  "mcp:kubernetes": { context: "nowhere" },
  "mcp:registry": { server: "registry.example.com", namespace: "mcp" },
  "mcp:services": [{ name: "redis", kind: "redis" }],
  "mcp:servers": [{ name: "weather", source: "weather", services: ["redis"], secrets: ["API_KEY"], ...weather }],
  "mcp:secrets": { API_KEY: CANARY },
  ...config,
});

/** A resource of a state, as `pulumi stack export --show-secrets` prints it. */
export const stateResource = (type: string, name: string, inputs: object, outputs: object = inputs): object => ({
  urn: `urn:pulumi:prod::mcp::${type}::${name}`,
  type,
  inputs,
  outputs,
});

/** A secret as a state holds it. */
export const secret = (value: unknown): object => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});

export const REDIS_PASSWORD = stateResource(
  "random:index/randomPassword:RandomPassword",
  "redis-password",
  { length: 32, special: false },
  { length: 32, result: secret(PASSWORD) },
);

/** A source whose state and config can be replaced. */
export class TestSource implements Source {
  readonly project = "mcp";
  readonly stack = "prod";
  readonly built: Missing[][] = [];
  resources: object[] = [REDIS_PASSWORD];
  /** What a build adds to the state. */
  onBuild: (missing: Missing[]) => void = () => {};

  constructor(public values: Record<string, unknown> = configOf()) {}

  async config() {
    const texts = Object.entries(this.values).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    return { values: Object.fromEntries(texts), secretKeys: ["mcp:secrets"] };
  }

  async state(): Promise<string> {
    return JSON.stringify({ version: 3, deployment: { resources: this.resources } });
  }

  async build(missing: Missing[]): Promise<void> {
    this.built.push(missing);
    this.onBuild(missing);
  }
}

const outside = process.cwd();

/** Gives each test of a suite a project of its own to render in: the working folder. */
export function inProject(): void {
  beforeEach(() => process.chdir(makeFolder(PROJECT)));
  afterEach(() => process.chdir(outside));
  after(removeFolders);
}

/** Options as the command line gives them, with the server's image given by hand. */
export const optionsOf = (given: Partial<Given> = {}): RenderOptions =>
  renderOptions({ stack: "prod", image: { weather: IMAGE }, ...given }, path.resolve("."));

const RENDERED = "rendered/prod";
export const DEPLOYMENT = "70-deployment-weather.yaml";
/** The first line of each file. */
export const HEADER = "# Rendered by pulumi-mcp-deploy from the stack mcp/prod. The next render replaces it.";
/** The labels of an object, as they stand in its file. */
export const labels = (name: string, component: string) => `    app.kubernetes.io/component: ${component}
    app.kubernetes.io/instance: mcp-prod
    app.kubernetes.io/managed-by: pulumi
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/part-of: mcp
`;

/** The names of what was rendered, the text of one file, and all texts. */
export const files = (): string[] => readdirSync(RENDERED).sort();
export const textOf = (file: string): string => readFileSync(path.join(RENDERED, file), "utf8");
export const texts = (): string => files().map(textOf).join("");

/** The Secret of a server: its name ends with a digest of what is in it. */
export const secretName = (of = "weather"): string | undefined =>
  new RegExp(`${of}-secrets-[0-9a-f]{8}`).exec(textOf(of === "redis" ? "60-statefulset-redis.yaml" : DEPLOYMENT))?.[0];

/** The error of a render that must fail. */
export async function failure(rendering: Promise<unknown>): Promise<string> {
  const error = await rendering.catch((reason: Error) => reason);
  assert.ok(error instanceof Error, "it succeeded");
  return error.message;
}
