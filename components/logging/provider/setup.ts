import { setTimeout as sleep } from "node:timers/promises";
import type * as pulumi from "@pulumi/pulumi";
import { maskSecrets } from "../../check/logs";
import { anyChanged } from "../../dynamic/values";
import type { SetupStep } from "../setupStep";

/** Inputs of what is set up in a service. */
export interface SetupInputs {
  /** Name of the service, for messages. */
  service: string;
  /** URL of the service without a path, as this machine reaches it. */
  url: string;
  /** User and password, where the service asks who it is. */
  username?: string;
  password?: string;
  steps: SetupStep[];
  /** It is set up again when one of these changes, such as the id of a container. */
  triggers?: string[];
  /** Seconds that the service may take to answer. */
  timeoutSeconds: number;
}

export interface SetupOutputs extends SetupInputs {
  readyUrl: string;
}

/** Longest wait for one answer: a data view is made once Kibana has set up its own indices. */
const ANSWER_MS = 60_000;

/** Answers of a service, or of a proxy before it, that is just starting or has too much to do. */
const AGAIN = [429, 502, 503, 504];

export const setupProvider = {
  async diff(_id: string, olds: SetupOutputs, news: SetupInputs): Promise<pulumi.dynamic.DiffResult> {
    return { changes: anyChanged(olds, news, ["url", "username", "password", "steps", "triggers"]) };
  },
  async create(inputs: SetupInputs): Promise<pulumi.dynamic.CreateResult<SetupOutputs>> {
    return { id: inputs.service, outs: await setUp(inputs) };
  },
  async update(_id: string, _olds: SetupOutputs, news: SetupInputs) {
    return { outs: await setUp(news) };
  },
} satisfies pulumi.dynamic.ResourceProvider<SetupInputs, SetupOutputs>;

async function setUp(inputs: SetupInputs): Promise<SetupOutputs> {
  const deadline = Date.now() + inputs.timeoutSeconds * 1_000;
  for (const step of inputs.steps) await carryOut(step, inputs, deadline);
  return { ...inputs, readyUrl: inputs.url };
}

async function carryOut(step: SetupStep, inputs: SetupInputs, deadline: number): Promise<void> {
  const { method, path, body, unless } = step;
  if (unless !== undefined) {
    const { status } = await ask("GET", unless, undefined, inputs, deadline);
    if (status === 200) return;
  }
  const { status, text } = await ask(method, path, body, inputs, deadline);
  if (status < 300) return;
  throw new Error(
    masked(`"${inputs.service}" refuses ${method} ${path}: HTTP ${status}, ${reasonOf(text)}${advice(status)}`, inputs),
  );
}

/** Asks until there is an answer that is one. */
async function ask(
  method: string,
  path: string,
  body: object | undefined,
  inputs: SetupInputs,
  deadline: number,
): Promise<{ status: number; text: string }> {
  for (;;) {
    const attempt = await send(method, path, body, inputs).catch((error: unknown) => ({ failure: describe(error) }));
    if (!("failure" in attempt) && !AGAIN.includes(attempt.status)) return attempt;
    if (Date.now() >= deadline) {
      const last = "failure" in attempt ? attempt.failure : `HTTP ${attempt.status}, ${reasonOf(attempt.text)}`;
      throw new Error(
        masked(
          `"${inputs.service}" does not answer at ${inputs.url}: ${last} (waited ${inputs.timeoutSeconds} s)`,
          inputs,
        ),
      );
    }
    await sleep(500);
  }
}

async function send(
  method: string,
  path: string,
  body: object | undefined,
  { url, username, password }: SetupInputs,
): Promise<{ status: number; text: string }> {
  const credentials = Buffer.from(`${username}:${password}`).toString("base64");
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      // Kibana takes nothing from a browser that was led here from elsewhere.
      "kbn-xsrf": "pulumi-mcp-deploy",
      ...(username !== undefined && { authorization: `Basic ${credentials}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  return { status: answer.status, text: await answer.text() };
}

/** `fetch` says no more than that it failed; why, its cause does. */
function describe(error: unknown): string {
  const { cause, message } = error as Error;
  const { code } = (cause ?? {}) as { code?: string };
  return code ?? message;
}

/** What Elasticsearch or Kibana give as the reason, else the beginning of what they say. */
function reasonOf(text: string): string {
  try {
    const { error, message } = JSON.parse(text) as { error?: { reason?: string }; message?: string };
    const reason = error?.reason ?? message;
    if (reason !== undefined) return reason;
  } catch {
    // Not JSON.
  }
  return text.trim().slice(0, 200) || "without a reason";
}

const advice = (status: number): string =>
  status === 401 || status === 403
    ? ". The user has to be one that may do this; its password is of the time when the data was made"
    : "";

/** Passwords stand in the steps, too. */
const masked = (text: string, { password, steps }: SetupInputs): string => {
  const inSteps = steps.flatMap(({ body }) => ("password" in body ? [String(body.password)] : []));
  return maskSecrets(text, [...(password === undefined ? [] : [password]), ...inSteps]);
};
