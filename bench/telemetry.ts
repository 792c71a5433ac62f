import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nodeFolderFor, pythonFor } from "../test/support/serverEnvironment";
import { pythonLayerEnv } from "../test/support/telemetry";
import { CLIENTS, Load } from "./load";
import { type Comparison, comparison } from "./measure";
import { freePorts } from "./ports";
import type { Benchmark, Settings } from "./settings";
import { REPOSITORY, Workspace } from "./workspace";

/** Each side is called for 10 s a run, in turns that are short enough for the machine to be the same on both. */
const TURNS = 20;
const TURN_MS = 500;
/** A server compiles its schemas, and the machine its code, with the first calls. */
const WARM_UP_MS = 2000;
/** At least 95 % of the throughput: a call may take 1/0.95 of the time. */
const GOAL = 1.05;
const [OBSERVED, PLAIN] = ["with the layer", "as it is"];

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
  () => nodeServer("Node SDK 2.x", "sdk2.mjs"),
  () => nodeServer("Node SDK 1.x with Express", "sdk1-express.mjs"),
];

async function nodeServer(name: string, file: string): Promise<Measured> {
  const cwd = await nodeFolderFor(join(REPOSITORY, "test/fixtures/telemetry/node"));
  const layer = { NODE_OPTIONS: `--import=${join(REPOSITORY, "runtime/telemetry/node/register.mjs")}` };
  return { name, command: process.execPath, args: [file], cwd, layer };
}

/** What the telemetry layer costs a busy server. */
export const telemetry: Benchmark = {
  name: "telemetry",
  summary: "calls answered by a server with the telemetry layer against the same without it",
  async run(settings: Settings): Promise<Comparison[]> {
    const comparisons: Comparison[] = [];
    for (const server of SERVERS) comparisons.push(...(await measureServer(await server(), settings)));
    return comparisons;
  },
};

/** What 1,000 calls took, in milliseconds of the clock and of the processors. */
interface Cost {
  time: number;
  processor: number;
}

async function measureServer(server: Measured, { runs, progress }: Settings): Promise<Comparison[]> {
  const workspace = new Workspace();
  const found = { [OBSERVED]: [] as Cost[], [PLAIN]: [] as Cost[] };
  const title = `telemetry, ${server.name}: 1,000 calls`;
  try {
    for (let run = 1; run <= runs; run++) {
      progress(`${title}: run ${run} of ${runs}`);
      const sides: Side[] = [];
      try {
        sides.push(await Side.start(OBSERVED, server, server.layer, workspace.folder));
        sides.push(await Side.start(PLAIN, server, {}, workspace.folder));
        for (const side of sides) await side.call(WARM_UP_MS);
        for (const side of sides) side.begin();
        for (let turn = 0; turn < TURNS; turn++) {
          for (const side of turn % 2 === 0 ? sides : sides.toReversed()) await side.call(TURN_MS);
        }
        for (const side of sides) found[side.name]?.push(side.cost());
      } finally {
        for (const side of sides) await side.end();
      }
    }
  } finally {
    workspace.remove();
  }
  const of = (what: keyof Cost, name: string): [string, number[]] => [
    name,
    (found[name] ?? []).map((cost) => cost[what]),
  ];
  const clients = `${CLIENTS} clients for ${(TURNS * TURN_MS) / 1000} s a run, logs written to a file`;
  const processor = { title: `${title}, processor time of the server`, goal: GOAL, notes: ["from the same runs"] };
  return [
    comparison({ title, goal: GOAL, notes: [clients] }, of("time", OBSERVED), of("time", PLAIN)),
    comparison(processor, of("processor", OBSERVED), of("processor", PLAIN)),
  ];
}

/** A server that runs, and its clients. */
class Side {
  private calls = 0;
  private milliseconds = 0;
  private processor = 0;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    private readonly load: Load,
    private readonly failed: Promise<never>,
  ) {}

  static async start(name: string, server: Measured, layer: Record<string, string>, folder: string): Promise<Side> {
    const [port = 0, metricsPort = 0] = await freePorts(2);
    const log = join(folder, `${name}.log`);
    const output = openSync(log, "a");
    const env = { HOST: "127.0.0.1", PORT: String(port), METRICS_PORT: String(metricsPort), ...layer };
    const child = spawn(server.command, server.args, {
      cwd: server.cwd,
      env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: "1", ...env },
      stdio: ["ignore", output, output],
    });
    closeSync(output);
    const failed = once(child, "exit").then(([code]): never => {
      throw new Error(`${server.name} ended with exit code ${code}: ${readFileSync(log, "utf8").slice(-500)}`);
    });
    failed.catch(() => {});
    try {
      const load = await Promise.race([Load.open(`http://127.0.0.1:${port}/mcp`), failed]);
      return new Side(name, child, load, failed);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  async call(forMilliseconds: number): Promise<void> {
    const done = await Promise.race([this.load.run("greet", { name: "bench" }, forMilliseconds), this.failed]);
    this.calls += done.calls;
    this.milliseconds += done.milliseconds;
  }

  /** Counts from now on. */
  begin(): void {
    this.calls = this.milliseconds = 0;
    this.processor = processorTime(this.child);
  }

  cost(): Cost {
    const per = 1000 / this.calls;
    return { time: this.milliseconds * per, processor: (processorTime(this.child) - this.processor) * per };
  }

  async end(): Promise<void> {
    this.load.close();
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }
}

/** Milliseconds that a process has had of the processors; NaN where the system does not tell. */
function processorTime({ pid }: ChildProcess): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return Number.NaN;
  // Behind the name in brackets, which may hold blanks: user and system time, the 12th and 13th field, in 10 ms.
  const fields = readFileSync(file, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
