import type * as pulumi from "@pulumi/pulumi";
import { quoteLines } from "../../check/logs";
import { anyChanged, GONE } from "../../dynamic/values";
import { inheritedEnv } from "./childEnv";
import { isPortFree } from "./ports";
import { waitUntilReady } from "./readiness";
import { readRunState } from "./runState";
import { isRunning, lastLogLines, startSupervisor, stopServer } from "./supervise";

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

export const processProvider = {
  async check(_olds: ProcessInputs, news: ProcessInputs): Promise<pulumi.dynamic.CheckResult<ProcessInputs>> {
    const taken = (await isPortTakenByOthers(news)) ? [{ property: "port", reason: portTaken(news) }] : [];
    return { inputs: news, failures: taken };
  },

  async diff(_id: string, olds: ProcessOutputs, news: ProcessInputs): Promise<pulumi.dynamic.DiffResult> {
    const replaces = anyChanged(olds, news, ["instance"]) ? ["instance"] : [];
    const died = !isRunning(olds.instance);
    return {
      changes: died || replaces.length > 0 || anyChanged(olds, news, RESTART_ON),
      replaces,
      deleteBeforeReplace: true,
    };
  },

  async create(inputs: ProcessInputs): Promise<pulumi.dynamic.CreateResult<ProcessOutputs>> {
    // What an interrupted `up` left running under the same key is ours and is not in the state: end it first.
    await stopServer(inputs.instance);
    return { id: inputs.instance, outs: await start(inputs) };
  },

  async update(
    _id: string,
    olds: ProcessOutputs,
    news: ProcessInputs,
  ): Promise<pulumi.dynamic.UpdateResult<ProcessOutputs>> {
    const wasRunning = isRunning(olds.instance);
    await stopServer(olds.instance);
    try {
      return { outs: await start(news) };
    } catch (error) {
      if (wasRunning) throw new Error(`${(error as Error).message}\n${await startAgain(olds)}`);
      throw error;
    }
  },

  /** A server that no longer runs is reported as gone, so that the next `up` starts it. */
  async read(id: string, outs?: ProcessOutputs): Promise<pulumi.dynamic.ReadResult<ProcessOutputs>> {
    return outs && isRunning(outs.instance) ? { id, props: outs } : GONE;
  },

  async delete(_id: string, outs: ProcessOutputs): Promise<void> {
    await stopServer(outs.instance);
  },
} satisfies pulumi.dynamic.ResourceProvider<ProcessInputs, ProcessOutputs>;

async function start(inputs: ProcessInputs): Promise<ProcessOutputs> {
  if (!(await isPortFree(inputs.port, inputs.host))) throw new Error(portTaken(inputs));
  const state = await startSupervisor(inputs.instance, {
    command: inputs.command,
    args: inputs.args,
    cwd: inputs.cwd,
    port: inputs.port,
    env: { ...inheritedEnv(), ...inputs.env, ...inputs.secretEnv },
    redact: Object.values(inputs.secretEnv),
  });
  const problem = await waitUntilReady(inputs.instance, {
    url: `http://${inputs.host}:${inputs.port}${inputs.readinessPath}`,
    timeoutSeconds: inputs.startTimeoutSeconds,
  });
  if (problem === undefined) return { ...inputs, generation: state.generation };
  await stopServer(inputs.instance);
  throw new Error(await startFailure(inputs.server, inputs.instance, problem));
}

async function startFailure(server: string, instance: string, problem: string): Promise<string> {
  return `MCP server "${server}" did not start: ${problem}. ${quoteLines(await lastLogLines(instance))}`;
}

async function startAgain(olds: ProcessOutputs): Promise<string> {
  try {
    await start(olds);
    return "The previous version runs again.";
  } catch {
    return "The previous version did not start again either.";
  }
}

async function isPortTakenByOthers({ instance, host, port }: ProcessInputs): Promise<boolean> {
  const isOurs = isRunning(instance) && readRunState(instance)?.port === port;
  return !isOurs && !(await isPortFree(port, host));
}

function portTaken({ server, host, port }: ProcessInputs): string {
  return (
    `port ${port} on ${host}, wanted by MCP server "${server}", is already in use by another program. ` +
    `Set another \`port\` for the server, or end that program (find it with \`lsof -i :${port}\`).`
  );
}
