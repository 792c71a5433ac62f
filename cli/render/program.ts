import { Target } from "../../components/server/args";
import type { Settings } from "../../config";
import { UsageError } from "../errors";
import { invocation } from "../invocation";

/** Registers the stack's resources as index.ts does. The context is not looked up: no cluster is needed. */
export function deployToKubernetes(stack: string): Settings {
  const settings = settingsOf(stack);
  target().deploy(settings);
  return settings;
}

/** Registers what of the stack's resources is made outside the cluster. */
export function prepareForKubernetes(stack: string): void {
  target().prepare(settingsOf(stack));
}

const OWN_LOGS =
  "mcp:logging: Elasticsearch of a stack's own is set up through its API once it runs, with users that its other parts\n" +
  "  log in as. `up` does that, and manifests can't.\n" +
  "  fix: name a destination that is there already in mcp:logging.destination, or leave mcp:logging out of this stack";

// The SDKs are loaded only now: they take longer than all the rest.
const target = () => require("../../targets/kubernetes") as typeof import("../../targets/kubernetes");

function settingsOf(stack: string): Settings {
  if (new (require("@pulumi/pulumi") as typeof import("@pulumi/pulumi")).Config("mcp").get("servers") === undefined) {
    throw new UsageError(
      `The servers of ${stack} stand in its program, and not in mcp:servers. Manifests are rendered without the engine, by\n` +
        "  which a program of your own registers its resources.\n" +
        "  fix: have the engine write them: renderYamlToDirectory of the kubernetes.Provider that the components are given",
    );
  }
  const { loadSettings } = require("../../config") as typeof import("../../config");
  const settings = loadSettings();
  if (settings.target === Target.Kubernetes) {
    if (settings.logging && !settings.logging.destination) throw new UsageError(OWN_LOGS);
    return settings;
  }
  throw new UsageError(
    `The stack ${stack} has the target ${settings.target}: only stacks for Kubernetes have manifests.\n` +
      `  fix: ${invocation("render", "--stack NAME")}, with a stack whose mcp:target is kubernetes`,
  );
}
