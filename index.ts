import type { Target } from "pulumi-mcp-deploy";
import { loadSettings, type Settings } from "pulumi-mcp-deploy/config";

/** What a target does with a stack's settings. */
interface TargetProgram {
  /** Refuses what can't be deployed from this machine. */
  check?(settings: Settings): void | Promise<void>;
  /** Registers the resources, and returns the stack's outputs. */
  deploy(settings: Settings): { servers: Record<string, object>; [output: string]: unknown };
}

/** The Pulumi program: the stack's config says which servers there are and where they run. */
export = async function program() {
  const settings = loadSettings();
  const target = load(settings.target);
  await target.check?.(settings);
  return target.deploy(settings);
};

/** Loads the chosen target with its SDKs, and no other: they take longer than all the rest. */
function load(target: Target): TargetProgram {
  return require(`pulumi-mcp-deploy/targets/${target}`);
}
