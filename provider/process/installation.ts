import { rm } from "node:fs/promises";
import path from "node:path";
import type { Operations } from "../operations";
import { anyChanged, changesOf, GONE } from "../values";
import { ensureEnvironment } from "./environment";
import type { InstallationInputs, InstallationOutputs } from "./installationProperties";
import { serverFolder } from "./paths";
import { pruneEnvironments } from "./prune";
import { isReleased, makeRelease } from "./release";
import { readRunState } from "./runState";
import { stopServer } from "./stop";

const REINSTALL_ON = [
  "runtime",
  "source",
  "sourceDigest",
  "dependencyFiles",
  "dependencyDigest",
  "requirements",
  "requiresRuntime",
  "telemetry",
] as const;

export const installation = {
  async diff(_id: string, olds: InstallationOutputs, news: InstallationInputs) {
    const replaces = anyChanged(olds, news, ["instance"]) ? ["instance"] : [];
    const changes = replaces.length > 0 || !(await isReleased(olds)) || changesOf(olds, news, REINSTALL_ON);
    return { changes, replaces, deleteBeforeReplace: true };
  },

  async create(inputs: InstallationInputs) {
    return { id: inputs.instance, outs: await install(inputs) };
  },

  async update(_id: string, olds: InstallationOutputs, news: InstallationInputs) {
    // The previous release stays: the process target starts it again when the new one fails.
    return { outs: await install(news, olds.release) };
  },

  async read(id: string, outs?: InstallationOutputs) {
    return outs && (await isReleased(outs)) ? { id, props: outs } : GONE;
  },

  async delete(_id: string, outs: InstallationOutputs): Promise<void> {
    // A process that an interrupted `up` started is in no state, but it has recorded itself in this folder.
    await stopServer(outs.instance);
    await rm(serverFolder(outs.instance), { recursive: true, force: true });
  },
} satisfies Operations<InstallationInputs, InstallationOutputs>;

async function install(inputs: InstallationInputs, previousRelease?: string): Promise<InstallationOutputs> {
  const environment = await ensureEnvironment(inputs);
  // After a failed update the release that runs is an older one than the previous.
  const running = readRunState(inputs.instance)?.cwd;
  const keep = [previousRelease, running === undefined ? undefined : path.basename(running)];
  const release = await makeRelease(inputs, environment, keep);
  // What can't be tidied up now is tidied up another time.
  await pruneEnvironments().catch(() => {});
  return { ...inputs, folder: serverFolder(inputs.instance), release, interpreter: environment.interpreter };
}
