import http from "node:http";
import https from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import type { Properties } from "../values";
import { ApiError } from "./apiError";
import { kubeconfigContent, type Settings } from "./settings";

/** A request to the API server. */
export interface ApiRequest {
  method: "DELETE" | "GET" | "PATCH" | "POST" | "PUT";
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  contentType?: string;
}

/** How long the API server may take for one answer, in milliseconds. */
const ANSWER_MS = 60_000;

/** Loads the kubeconfig of the settings, else that of the environment as kubectl finds it. */
export function loadKubeConfig({ kubeconfig, context, cluster }: Settings): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === "") config.loadFromDefault();
  else {
    try {
      config.loadFromString(kubeconfigContent(kubeconfig));
    } catch (error) {
      throw new Error(
        `failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${(error as Error).message}`,
      );
    }
  }
  if (context !== "") {
    if (!config.getContextObject(context)) throw new Error(unloadable(`context "${context}" does not exist`));
    config.setCurrentContext(context);
  }
  if (cluster !== "") config.contexts = config.contexts.map((one) => ({ ...one, cluster }));
  if (!config.getCurrentCluster())
    throw new Error(unloadable("invalid configuration: no configuration has been provided"));
  return config;
}

const unloadable = (why: string): string =>
  "unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n \t • set up the " +
  `provider as per https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n ${why}`;

/**
 * Sends a request with the credentials of a kubeconfig. Bodies go and come as they are: the client's own typed calls
 * leave out the fields that they do not know, and so hide just the mistakes that strict validation is there for.
 */
export async function send(config: KubeConfig, request: ApiRequest): Promise<Properties> {
  const server = config.getCurrentCluster()?.server ?? "";
  const url = new URL(server.replace(/\/$/, "") + request.path);
  for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.set(key, value);
  const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
  const options: https.RequestOptions = { method: request.method, timeout: ANSWER_MS };
  await config.applyToHTTPSOptions(options);
  options.headers = {
    ...options.headers,
    accept: "application/json",
    ...(body && { "content-type": request.contentType ?? "application/json", "content-length": body.length }),
  };
  const { status, text } = await exchange(url, options, body);
  let answer: Properties = {};
  try {
    answer = JSON.parse(text);
  } catch {
    if (status < 400)
      throw new Error(`${request.method} ${url.pathname}: the answer is no JSON: ${text.slice(0, 200)}`);
    answer = { message: text.trim() };
  }
  if (status >= 400) throw ApiError.of(status, answer);
  return answer;
}

function exchange(url: URL, options: https.RequestOptions, body: Buffer | undefined) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { request } = url.protocol === "http:" ? http : https;
    const sent = request(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part)).on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() });
      });
    });
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${ANSWER_MS / 1_000} s`)));
    sent.on("error", (error) => reject(new Error(`${options.method} "${url.href}": ${told(error)}`)));
    sent.end(body);
  });
}

/** Node reports the addresses that it tried in an error without a message. */
const told = (error: Error): string =>
  error instanceof AggregateError ? error.errors.map((one: Error) => one.message).join("; ") : error.message;
