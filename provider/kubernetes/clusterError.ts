import type { ApiException, KubeConfig } from "@kubernetes/client-node";
import { nearest } from "../../common/nearest";

/** What the Kubernetes client throws, in the user's words: it says "fetch failed", or prints a whole HTTP response. */
export function clusterError(error: unknown): Error {
  const { code, body, cause, message } = error as Partial<ApiException<unknown>> & { cause?: Error };
  if (typeof code === "number" && body !== undefined) {
    return new Error(`The cluster's API server answers with ${code}: ${statusMessage(body)}`);
  }
  if (message === "fetch failed" && cause?.message) {
    return new Error(
      `The cluster's API server can't be reached: ${cause.message}. Check the kubeconfig and the network.`,
    );
  }
  return error instanceof Error ? error : new Error(String(message ?? error));
}

/** The message of a Status object of the API, else the answer as it came. */
function statusMessage(body: unknown): string {
  try {
    const { message } = typeof body === "string" ? JSON.parse(body) : (body as { message?: string });
    if (message) return message;
  } catch {
    // A proxy before the API server answers in its own way.
  }
  return String(body);
}

/** Chooses the context of a kubeconfig, which has to be there: another one would be another cluster. */
export function chooseContext(config: KubeConfig, context: string | undefined): void {
  const names = config.getContexts().map(({ name }) => name);
  if (names.length === 0) {
    throw new Error("The kubeconfig holds no context: give its content, or leave it out for that of this machine.");
  }
  if (context === undefined) return;
  if (!names.includes(context)) {
    const similar = nearest(context, names);
    const fix = similar === undefined ? "" : ` Did you mean "${similar}"?`;
    throw new Error(`The kubeconfig holds no context "${context}", only ${names.join(", ")}.${fix}`);
  }
  config.setCurrentContext(context);
}
