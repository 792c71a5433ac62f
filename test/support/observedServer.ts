import { strict as assert } from "node:assert";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { freePorts } from "../../bench/ports";

const START_TIMEOUT_MS = 30_000;

/** How to start an HTTP server that gets HOST, PORT and METRICS_PORT. */
export interface Start {
  file: string;
  args: string[];
  cwd?: string;
  env?: Record<string, string>;
  /** A path that is answered, with whatever status, once the server is ready. Defaults to /healthz. */
  readyPath?: string;
}

/** What a process said and how it ended. */
export interface Run {
  process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
}

/** A server that runs, with its metrics and its log. */
export interface ObservedServer extends Run {
  url: string;
  metricsUrl: string;
  metrics(): Promise<Metrics>;
  /** Ends it at once, and returns all lines of its stdout; each of them has to be JSON. */
  log(): Promise<Record<string, unknown>[]>;
}

const running: ChildProcess[] = [];

/** Ends what a test started: for `afterEach`. */
export async function endServers(): Promise<void> {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "close");
  }
}

export function launch({ file, args, cwd, env }: Start): Run {
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  return { process: child, stdout: () => said.stdout, stderr: () => said.stderr, ended };
}

/** Starts a server and waits until it answers. */
export async function start(how: Start): Promise<ObservedServer> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const env = { HOST: "127.0.0.1", PORT: String(port), METRICS_PORT: String(metricsPort), ...how.env };
  const run = launch({ ...how, env });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + START_TIMEOUT_MS;
  const answers = () => fetch(`${url}${how.readyPath ?? "/healthz"}`).then((answer) => answer.text());
  while ((await answers().catch(() => undefined)) === undefined) {
    const said = `${run.stdout()}${run.stderr()}`;
    assert.equal(run.process.exitCode, null, `the server ended at its start: ${said}`);
    assert.ok(Date.now() < deadline, `the server did not answer within ${START_TIMEOUT_MS} ms: ${said}`);
    await sleep(50);
  }
  const metricsUrl = `http://127.0.0.1:${env.METRICS_PORT}/metrics`;
  return {
    ...run,
    url,
    metricsUrl,
    metrics: async () => new Metrics(await (await fetch(metricsUrl)).text()),
    log: async () => {
      run.process.kill("SIGKILL");
      await run.ended;
      return linesOf(run.stdout());
    },
  };
}

const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Metrics as they were at one moment. */
export class Metrics {
  constructor(readonly text: string) {}

  /** All samples of a metric, by their labels in the order of the labels' names: `{ "greet tools/call": 2 }`. */
  all(name: string): Record<string, number> {
    const samples: Record<string, number> = {};
    for (const line of this.text.split("\n")) {
      const [, found, labels, value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (found !== name) continue;
      const pairs = [...(labels ?? "").matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", text = ""]) => ({
        label,
        text,
      }));
      pairs.sort((a, b) => a.label.localeCompare(b.label));
      samples[pairs.map(({ text }) => text).join(" ")] = Number(value);
    }
    return samples;
  }

  /** The value of a metric without labels, or of the one sample with these. */
  one(name: string, labels = ""): number | undefined {
    return this.all(name)[labels];
  }
}
