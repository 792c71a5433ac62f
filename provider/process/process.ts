import { cancelled } from "../cancellation";
import { quoteLines } from "../check/logs";
import type { Operations } from "../operations";
import { anyChanged, changesOf, GONE } from "../values";
import { inheritedEnv } from "./childEnv";
import { portProblem } from "./ports";
import { waitUntilReady } from "./readiness";
import { readRunState } from "./runState";
import { isPresent, stopServer } from "./stop";
import { isRunning, lastLogLines, startSupervisor } from "./supervise";

/** Inputs of a supervised HTTP server. */
export interface ProcessInputs {
  server: string;
  /** Key of the server's folder on this machine. */
  instance: string;
  /** Release of the installation; a new one restarts the server. */
  release: string;
  cwd: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  secretEnv: Record<string, string>;
  host: string;
  port: number;
  readinessPath: string;
  startTimeoutSeconds: number;
}

export interface ProcessOutputs extends ProcessInputs {
  /** Changes whenever `pulumi up` starts the server. */
  generation: string;
}

/** Stands in a preview for the generation that only the start of the server makes. */
const ANEW = "started anew";

const RESTART_ON = [
  "release",
  "cwd",
  "command",
  "args",
  "env",
  "secretEnv",
  "host",
  "port",
  "readinessPath",
  "startTimeoutSeconds",
] as const;

export const supervisedProcess = {
  async check(olds: Partial<ProcessInputs>, news: ProcessInputs) {
    const reason = await portConflict(news, olds.instance);
    return reason === undefined ? [] : [{ property: "port", reason }];
  },

  async diff(_id: string, olds: ProcessOutputs, news: ProcessInputs) {
    const replaces = anyChanged(olds, news, ["instance"]) ? ["instance"] : [];
    const died = !isRunning(olds.instance, olds.generation);
    return {
      changes: died || replaces.length > 0 || changesOf(olds, news, RESTART_ON),
      replaces,
      deleteBeforeReplace: true,
    };
  },

  async create(inputs: ProcessInputs, secrets?: string[]) {
    // What an interrupted `up` left running under the same key is ours and is not in the state: end it first.
    await stopServer(inputs.instance);
    return { id: inputs.instance, outs: await start(inputs, secrets) };
  },

  async update(_id: string, olds: ProcessOutputs, news: ProcessInputs, secrets?: string[]) {
    const taken = await portConflict(news, olds.instance);
    if (taken !== undefined) throw new Error(taken);
    const wasRunning = isRunning(olds.instance, olds.generation);
    await stopServer(olds.instance);
    try {
      return { outs: await start(news, secrets) };
    } catch (error) {
      if (wasRunning) throw new Error(`${(error as Error).message}\n${await startAgain(olds, secrets)}`);
      throw error;
    }
  },

  /** The same release is started anew: what depends on the code alone stays. */
  known: ({ release }: ProcessOutputs, news: ProcessInputs) => (release === news.release ? { generation: ANEW } : {}),

  /** A server that no longer runs is reported as gone, so that the next `up` starts it. */
  async read(id: string, outs?: ProcessOutputs) {
    return outs && isRunning(outs.instance, outs.generation) ? { id, props: outs } : GONE;
  },

  async delete(_id: string, outs: ProcessOutputs): Promise<void> {
    await stopServer(outs.instance);
  },
} satisfies Operations<ProcessInputs, ProcessOutputs>;

/**
 * @param secrets what its log must not show, beside the secret variables
 * @param generation that of a version to go back to, which an interruption does not keep from it
 */
async function start(inputs: ProcessInputs, secrets: string[] = [], generation?: string): Promise<ProcessOutputs> {
  if (generation === undefined) cancelled.throwIfAborted();
  const taken = await portConflict(inputs);
  if (taken !== undefined) throw new Error(taken);
  const state = await startSupervisor(inputs.instance, {
    command: inputs.command,
    args: inputs.args,
    cwd: inputs.cwd,
    port: inputs.port,
    env: { ...inheritedEnv(), ...inputs.env, ...inputs.secretEnv },
    redact: [...Object.values(inputs.secretEnv), ...secrets],
    generation,
  });
  const problem = await waitUntilReady(inputs.instance, {
    url: `http://${inputs.host}:${inputs.port}${inputs.readinessPath}`,
    timeoutSeconds: inputs.startTimeoutSeconds,
    isBound: generation !== undefined,
  }).catch(async (error: unknown) => {
    await stopServer(inputs.instance);
    throw error;
  });
  if (problem === undefined) return { ...inputs, generation: state.generation };
  await stopServer(inputs.instance);
  throw new Error(await startFailure(inputs, problem));
}

async function startFailure({ server, instance }: ProcessInputs, problem: string): Promise<string> {
  return `MCP server "${server}" did not start: ${problem}. ${quoteLines(await lastLogLines(instance))}`;
}

/** Under the generation that it had: for the state, nothing has happened. */
async function startAgain(olds: ProcessOutputs, secrets?: string[]): Promise<string> {
  try {
    await start(olds, secrets, olds.generation);
    return "The previous version runs again.";
  } catch {
    return "The previous version did not start again either.";
  }
}

/** Why the server can't have its port. Our own server on it is no conflict: it is ended before the new one starts. */
async function portConflict(inputs: ProcessInputs, oldInstance?: string): Promise<string | undefined> {
  const { instance, host, port, server } = inputs;
  const code = await portProblem(port, host);
  if (code === undefined) return undefined;
  const isOurs = [instance, oldInstance].some(
    (key) => key !== undefined && (readRunState(key)?.port ?? port) === port && isPresent(key),
  );
  if (code === "EADDRINUSE" && isOurs) return undefined;
  const wanted = `port ${port} on ${host}, wanted by MCP server "${server}",`;
  if (code === "EADDRINUSE") {
    return `${wanted} is already in use by another program. Set another \`port\` for the server, or end that program (find it with \`lsof -i :${port}\`).`;
  }
  if (code === "EACCES") return `${wanted} is reserved for root. Set a \`port\` of 1024 or above for the server.`;
  return `${wanted} can't be listened on (${code}). Set another \`port\` for the server.`;
}
