import { pause } from "../cancellation";
import { describeAnswer, isReady, probe } from "../check/httpProbe";
import { quoteLines } from "../check/logs";
import type { Operations } from "../operations";
import { changesOf } from "../values";
import { type Container, openEngine } from "./engine";

/** Inputs of the wait for a container. */
export interface ReadyInputs {
  /** Name of the server or service, for messages. */
  server: string;
  /** Id of the container. */
  container: string;
  /** Most processes and threads in the container. */
  pidsLimit: number;
  /** URL on this machine that answers below 500 when the server is ready. */
  url?: string;
  /** Command in the container that ends with 0 when the service is ready. */
  command?: string[];
  timeoutSeconds: number;
  /** Values that are masked in messages. */
  secrets?: string[];
}

export interface ReadyOutputs extends ReadyInputs {
  containerId: string;
}

/** Longest wait for one answer. */
const ANSWER_MS = 2_000;

const AGAIN_ON = ["container", "pidsLimit", "url", "command"] as const;

export const containerReady = {
  async diff(_id: string, olds: ReadyOutputs, news: ReadyInputs) {
    return { changes: changesOf(olds, news, AGAIN_ON) };
  },
  async create(inputs: ReadyInputs) {
    return { id: inputs.server, outs: await waitUntilReady(inputs) };
  },
  async update(_id: string, _olds: ReadyOutputs, news: ReadyInputs) {
    return { outs: await waitUntilReady(news) };
  },
} satisfies Operations<ReadyInputs, ReadyOutputs>;

async function waitUntilReady(inputs: ReadyInputs): Promise<ReadyOutputs> {
  const container = openEngine().container(inputs.container);
  // At once, and again once it runs for certain: a container that just ended can't be changed.
  await container.limitPids(inputs.pidsLimit).catch(() => {});
  const problem = await problemOf(container, inputs);
  if (problem === undefined) {
    await container.limitPids(inputs.pidsLimit);
    return { ...inputs, containerId: inputs.container };
  }
  const lines = await container.lastLines(20);
  throw new Error(`"${inputs.server}" is not ready: ${problem}. ${quoteLines(lines)}`);
}

/** What keeps the container from being ready, or undefined once it is. */
async function problemOf(container: Container, inputs: ReadyInputs): Promise<string | undefined> {
  const deadline = Date.now() + inputs.timeoutSeconds * 1_000;
  let last = "it does not answer";
  while (Date.now() < deadline) {
    const { running, restarts, exitCode, outOfMemory } = await container.state();
    if (outOfMemory) return "it used more memory than its limit and was ended";
    // A container that has been restarted meanwhile shows no exit code any more.
    if (restarts > 0 || !running) return `it ended while starting${exitCode ? ` (exit code ${exitCode})` : ""}`;
    const answer = inputs.url ? await ask(inputs.url) : await container.run(inputs.command ?? ["true"]);
    if (answer === undefined) return undefined;
    last = answer;
    await pause(100);
  }
  return `${last} (waited ${inputs.timeoutSeconds} s)`;
}

/** A TCP connect to a published port proves nothing: the engine accepts it. Only an HTTP answer does. */
async function ask(url: string): Promise<string | undefined> {
  const answer = await probe(url, ANSWER_MS);
  if (isReady(answer)) return undefined;
  return answer.status === undefined ? "it does not answer" : describeAnswer(url, answer);
}
