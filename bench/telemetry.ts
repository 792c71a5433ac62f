import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { join } from "node:path";
import { pythonFor } from "../test/support/serverEnvironment";
import { pythonLayerEnv } from "../test/support/telemetry";
import { nobodyListens } from "./firstAnswer";
import { answeredCalls, CLIENTS } from "./load";
import { type Comparison, compare } from "./measure";
import { freePorts } from "./ports";
import type { Benchmark, Settings } from "./settings";
import { REPOSITORY, Workspace } from "./workspace";

const SECONDS = 10;
/** A server compiles its schemas, and the machine its code, with the first calls. */
const WARM_UP_SECONDS = 2;
/** At least 95 % of the throughput: a call may take 1/0.95 of the time. */
const GOAL = 1.05;

/** A server to measure, as it is and with the layer loaded into it. */
interface Measured {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  /** Variables that load the layer. */
  layer: Record<string, string>;
}

/** A server of each kind. All have a tool `greet` that takes a name, and get HOST and PORT. */
const SERVERS: (() => Promise<Measured>)[] = [
  async () => {
    const cwd = join(REPOSITORY, "test/fixtures/telemetry/python");
    return { name: "FastMCP", command: await pythonFor(cwd), args: ["server.py"], cwd, layer: await pythonLayerEnv() };
  },
];

/** What the telemetry layer costs a busy server. */
export const telemetry: Benchmark = {
  name: "telemetry",
  summary: "calls answered by a server with the telemetry layer against the same without it",
  async run(settings: Settings): Promise<Comparison[]> {
    const comparisons: Comparison[] = [];
    for (const server of SERVERS) comparisons.push(await measureServer(await server(), settings));
    return comparisons;
  },
};

async function measureServer(server: Measured, { runs, progress }: Settings): Promise<Comparison> {
  const workspace = new Workspace();
  const side = (name: string, env: Record<string, string>) => ({
    name,
    run: async () => (1000 * SECONDS * 1000) / (await callsOf(server, env, join(workspace.folder, `${name}.log`))),
  });
  try {
    return await compare(side("with the layer", server.layer), side("as it is", {}), {
      title: `telemetry, ${server.name}: time for 1,000 calls`,
      runs,
      goal: GOAL,
      progress,
      notes: [`${CLIENTS} clients for ${SECONDS} s in each run, logs written to a file`],
    });
  } finally {
    workspace.remove();
  }
}

/** Starts the server, lets it answer for a while, and ends it. */
async function callsOf(server: Measured, layer: Record<string, string>, log: string): Promise<number> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  await nobodyListens(port);
  const output = openSync(log, "a");
  const env = { HOST: "127.0.0.1", PORT: String(port), METRICS_PORT: String(metricsPort), ...layer };
  const child = spawn(server.command, server.args, {
    cwd: server.cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", output, output],
  });
  const url = `http://127.0.0.1:${port}/mcp`;
  try {
    const failed = once(child, "exit").then(([code]): never => {
      throw new Error(`${server.name} ended with exit code ${code}, see ${log}.`);
    });
    failed.catch(() => {});
    const calls = (seconds: number) => answeredCalls(url, "greet", { name: "bench" }, seconds);
    await Promise.race([calls(WARM_UP_SECONDS), failed]);
    return await Promise.race([calls(SECONDS), failed]);
  } finally {
    await end(child);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}
