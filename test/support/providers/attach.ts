import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { findOnPath } from "../../../cli/command";
import { dockerProvider } from "./docker";
import { kubernetesProvider } from "./kubernetes";
import { randomProvider } from "./random";
import { type RunningProvider, serve } from "./server";

/** What the engine needs in its environment, and how to end what serves it. */
export interface Attached {
  env: Record<string, string>;
  stop(): Promise<void>;
}

const PROVIDERS = { docker: dockerProvider, kubernetes: kubernetesProvider, random: randomProvider };

export type ProviderName = keyof typeof PROVIDERS;

/** What our own provider does differently on purpose. */
const OWN_WAYS: Partial<Record<ProviderName, string>> = {
  kubernetes: "; it is stricter: a field that the API server does not know is an error",
};

/**
 * Makes the providers for Docker and Kubernetes stacks available: the official plugins where they are installed, else
 * test providers of our own in this process.
 *
 * @param folder the program's folder, from which relative paths start
 * @param env the environment to look for official plugins in
 * @param names which ones; all by default
 */
export async function attachProviders(
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
  names: readonly ProviderName[] = ["docker", "kubernetes", "random"],
): Promise<Attached> {
  const running: [string, RunningProvider][] = [];
  const official: string[] = [];
  for (const name of names) {
    const installed = await officialPlugin(name, env);
    if (installed) official.push(installed);
    else running.push([name, await serve(PROVIDERS[name](), folder)]);
    say(name, installed === undefined);
  }
  const attached = running.map(([name, { port }]) => `${name}:${port}`).join(",");
  return {
    env: {
      // Nothing is fetched in a test: a plugin that is neither attached nor installed is an error at once.
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...(attached ? { PULUMI_DEBUG_PROVIDERS: attached } : {}),
      ...(official.length > 0 ? { PATH: [...new Set(official), env.PATH ?? ""].join(path.delimiter) } : {}),
    },
    async stop() {
      for (const [, provider] of running) await provider.stop();
    },
  };
}

/** The folder of an official plugin: on PATH, or among the engine's installed ones. */
export async function officialPlugin(name: string, env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const binary = `pulumi-resource-${name}`;
  const onPath = await findOnPath(binary, env);
  if (onPath) return path.dirname(onPath);
  const plugins = path.join(env.PULUMI_HOME ?? path.join(env.HOME ?? homedir(), ".pulumi"), "plugins");
  const found = (existsSync(plugins) ? readdirSync(plugins) : [])
    .filter((folder) => folder.startsWith(`resource-${name}-v`))
    .map((folder) => path.join(plugins, folder))
    .filter((folder) => [binary, `${binary}.exe`].some((file) => existsSync(path.join(folder, file))));
  return found.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
}

const said = new Set<string>();

function say(name: ProviderName, isTest: boolean): void {
  if (said.has(name)) return;
  said.add(name);
  const own = `test provider, the official plugin is not installed${OWN_WAYS[name] ?? ""}`;
  console.error(`${name}: ${isTest ? own : "official plugin"}`);
}
