import { SdkHttpError, type Transport } from "@modelcontextprotocol/client";
import { ProcessGroupTransport } from "./stdioTransport";

/** Nothing came within the time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";

  constructor(ms: number) {
    super(`it did not answer within ${Math.round(ms / 100) / 10} s`);
  }
}

/** The result of a promise, or a TimeoutError. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(ms)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    promise.catch(() => {}); // It may fail long after nobody waits for it any more.
  }
}

/** What went wrong, in the user's words. */
export function describeFailure(error: Error, transport: Transport): string {
  return transport instanceof ProcessGroupTransport ? describeStdio(error, transport) : describeHttp(error);
}

function describeStdio(error: Error, { exit, garbage }: ProcessGroupTransport): string {
  const what = exit === undefined ? describeHttp(error) : `it ended (${exit}) before it had answered`;
  if (garbage === undefined) return what;
  return `${what}; it wrote to stdout what is no MCP message (${garbage}). A stdio server must log to stderr`;
}

function describeHttp(error: Error): string {
  const http = causes(error).find((cause) => SdkHttpError.isInstance(cause));
  if (http) {
    const text = typeof http.data.text === "string" ? http.data.text.trim().slice(0, 200) : "";
    return `it answered HTTP ${http.status}${text && ` (${text})`}`;
  }
  // `fetch` says only "fetch failed"; the reason is the innermost cause.
  return causes(error).at(-1)?.message || error.message;
}

/** A refused connection or a gateway without a backend passes; any other answer is the server's own. */
export function isComingUp(error: Error): boolean {
  return causes(error).some((cause) => {
    if (SdkHttpError.isInstance(cause)) return [502, 503, 504].includes(cause.status ?? 0);
    return ["ECONNREFUSED", "ECONNRESET", "UND_ERR_SOCKET"].includes((cause as NodeJS.ErrnoException).code ?? "");
  });
}

function causes(error: Error): Error[] {
  const chain: Error[] = [];
  for (let cause: unknown = error; cause instanceof Error && chain.length < 8; cause = cause.cause) chain.push(cause);
  return chain;
}
