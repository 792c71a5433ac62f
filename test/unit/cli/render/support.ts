import path from "node:path";
import type { Missing } from "../../../../cli/render/answers";
import type { Source } from "../../../../cli/render/objects";
import { type RenderOptions, renderOptions } from "../../../../cli/render/options";
import { makeFolder } from "../../../support/folder";

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

/** A project to render in; `leaveProject` goes back. */
export function enterProject(): string {
  const folder = makeFolder(PROJECT);
  process.chdir(folder);
  return folder;
}

export const leaveProject = (): void => process.chdir(outside);

/** Options as the command line gives them, with the server's image given by hand. */
export const optionsOf = (values: Record<string, string[]> = {}, flags: string[] = []): RenderOptions =>
  renderOptions(
    { stack: "prod", flags: new Set(flags), values: { image: [`weather=${IMAGE}`], ...values } },
    path.resolve("."),
  );
