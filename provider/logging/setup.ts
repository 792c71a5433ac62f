import { pause } from "../cancellation";
import type { Operations } from "../operations";
import { anyChanged } from "../values";
import type { SetupStep } from "./setupStep";

/** Inputs of what is set up in a service. */
export interface SetupInputs {
  /** Name of the service, for messages. */
  service: string;
  /** URL of the service without a path. */
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

/**
 * Operations that set a service up.
 * @param reach calls its second argument with the URL by which this machine reaches the service
 */
export const setupOperations = <T extends SetupInputs>(
  reach: (inputs: T, setUp: (address: string) => Promise<void>) => Promise<void>,
) => {
  const outputs = async (inputs: T): Promise<T & SetupOutputs> => {
    await reach(inputs, (address) => setUp({ ...inputs, address }));
    return { ...inputs, readyUrl: inputs.url };
  };
  return {
    secretTexts,
    async diff(_id: string, olds: T & SetupOutputs, news: T) {
      return { changes: anyChanged(olds, news, ["url", "username", "password", "steps", "triggers"]) };
    },
    async create(inputs: T) {
      return { id: inputs.service, outs: await outputs(inputs) };
    },
    async update(_id: string, _olds: T & SetupOutputs, news: T) {
      return { outs: await outputs(news) };
    },
  } satisfies Operations<T, T & SetupOutputs>;
};

/** Steps are marked as a whole where there are passwords in them. Their paths and names are no secret. */
const secretTexts = ({ password, steps = [] }: Partial<SetupInputs>): string[] => [
  ...(password === undefined ? [] : [password]),
  ...steps.flatMap(({ body }) => ("password" in body ? [String(body.password)] : [])),
];

export const logSetup = setupOperations((inputs: SetupInputs, setUp) => setUp(inputs.url));

/** A service, and where it answers. */
interface Service extends SetupInputs {
  address: string;
}

async function setUp(service: Service): Promise<void> {
  const deadline = Date.now() + service.timeoutSeconds * 1_000;
  for (const step of service.steps) await carryOut(step, service, deadline);
}

async function carryOut(step: SetupStep, inputs: Service, deadline: number): Promise<void> {
  const { method, path, body, unless } = step;
  if (unless !== undefined) {
    const { status } = await ask("GET", unless, undefined, inputs, deadline);
    if (status === 200) return;
  }
  const { status, text } = await ask(method, path, body, inputs, deadline);
  if (status < 300) return;
  throw new Error(`"${inputs.service}" refuses ${method} ${path}: HTTP ${status}, ${reasonOf(text)}${advice(status)}`);
}

/** Asks until there is an answer that is one. */
async function ask(
  method: string,
  path: string,
  body: object | undefined,
  inputs: Service,
  deadline: number,
): Promise<{ status: number; text: string }> {
  for (;;) {
    const attempt = await send(method, path, body, inputs).catch((error: unknown) => ({ failure: describe(error) }));
    if (!("failure" in attempt) && !AGAIN.includes(attempt.status)) return attempt;
    if (Date.now() >= deadline) {
      const last = "failure" in attempt ? attempt.failure : `HTTP ${attempt.status}, ${reasonOf(attempt.text)}`;
      throw new Error(
        `"${inputs.service}" does not answer at ${inputs.url}: ${last} (waited ${inputs.timeoutSeconds} s)`,
      );
    }
    await pause(500);
  }
}

async function send(
  method: string,
  path: string,
  body: object | undefined,
  { address, username, password }: Service,
): Promise<{ status: number; text: string }> {
  const credentials = Buffer.from(`${username}:${password}`).toString("base64");
  const answer = await fetch(`${address}${path}`, {
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
