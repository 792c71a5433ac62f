import type { Target } from "pulumi-mcp-deploy";
import { loadSettings, type Settings } from "pulumi-mcp-deploy/config";

/** The Pulumi program: the stack's config says which servers there are and where they run. */
export = async function program() {
  const settings = loadSettings();
  return { servers: await load(settings.target).deploy(settings) };
};

/** Loads the chosen target with its SDKs, and no other: they take longer than all the rest. */
function load(target: Target): { deploy(settings: Settings): object | Promise<object> } {
  return require(`pulumi-mcp-deploy/targets/${target}`);
}
