import type { Target } from "pulumi-mcp-deploy";
import type { Settings } from "pulumi-mcp-deploy/config";

/** What a target does with a stack's settings. */
interface TargetProgram {
  /** Refuses what can't be deployed from this machine. */
  check?(settings: Settings): void | Promise<void>;
  /** Registers the resources, and returns the stack's outputs. */
  deploy(settings: Settings): { servers: Record<string, object>; [output: string]: unknown };
}

/**
 * The Pulumi program: the stack's config says which servers there are and where they run.
 *
 * Node runs this file as it is, without its types: no compiler is started in a preview. Hence no syntax that would have
 * to be compiled, and none of modules, which Node takes for another kind of file.
 */
module.exports = async function program() {
  // Compiled once, loaded ever after: a third of the time that the SDKs take. Source: nodejs.org/api/module.html.
  (require("node:module") as typeof import("node:module")).enableCompileCache();
  const { loadSettings }: typeof import("pulumi-mcp-deploy/config") = require("pulumi-mcp-deploy/config");
  const settings = loadSettings();
  const target = load(settings.target);
  await target.check?.(settings);
  return target.deploy(settings);
};

/** Loads the chosen target with its SDKs, and no other: they take longer than all the rest. */
function load(target: Target): TargetProgram {
  return require(`pulumi-mcp-deploy/targets/${target}`);
}
