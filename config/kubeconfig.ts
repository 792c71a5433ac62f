import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { InvalidInputError, type Problem } from "../components/server";
import type { Cluster } from "./plain";

/** What of a kubeconfig says which clusters there are. */
interface Kubeconfig {
  contexts?: { name: string; context?: { cluster?: string } }[];
  clusters?: { name: string; cluster?: { server?: string } }[];
}

/**
 * Refuses a stack whose context this machine does not know, or knows as another cluster. The provider would find out only
 * in the middle of an update, and would take another cluster for an order to move everything there.
 * @throws InvalidInputError
 */
export function requireContext({ context, server }: Pick<Cluster, "context" | "server">, env = process.env): void {
  const files = kubeconfigFiles(env);
  const known = files
    .filter((file) => existsSync(file))
    .map((file) => parse(readFileSync(file, "utf8")) as Kubeconfig | null);
  const contexts = known.flatMap((file) => file?.contexts ?? []);
  const found = contexts.find(({ name }) => name === context);
  if (!found) throw new InvalidInputError([unknownContext(context, contexts, files)]);
  const clusters = known.flatMap((file) => file?.clusters ?? []);
  const url = clusters.find(({ name }) => name === found.context?.cluster)?.cluster?.server;
  if (server !== undefined && url !== server) throw new InvalidInputError([otherCluster(context, server, url)]);
}

/** The files that kubectl reads: those of KUBECONFIG, else the user's. */
function kubeconfigFiles({ KUBECONFIG }: NodeJS.ProcessEnv): string[] {
  const listed = (KUBECONFIG ?? "").split(path.delimiter).filter(Boolean);
  return listed.length > 0 ? listed : [path.join(homedir(), ".kube", "config")];
}

function unknownContext(context: string, contexts: { name: string }[], files: string[]): Problem {
  const names = contexts.map(({ name }) => name);
  return {
    path: "mcp:kubernetes.context",
    message: `the kubeconfig has no such context (${files.join(", ")})`,
    got: context,
    allowed: names.join(", ") || "none: the kubeconfig is missing or empty",
    fix: "set KUBECONFIG to the file that has it, or name another context if the stack belongs there",
  };
}

const otherCluster = (context: string, server: string, url = "none"): Problem => ({
  path: "mcp:kubernetes.server",
  message: `the context ${context} leads to another cluster, and the stack belongs to this one`,
  got: url,
  allowed: server,
  fix: "use the kubeconfig of that cluster",
});
