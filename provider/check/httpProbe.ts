import { request } from "node:http";

/** What a server said to one question. */
export interface Answer {
  /** HTTP status; undefined when there was no answer. */
  status?: number;
  /** Beginning of the body of an answer that tells of an error. */
  body: string;
  /** Why there was no answer: "timeout", an error code such as "ECONNREFUSED", or a message. */
  failure?: string;
}

/** How much of a body is read, in characters. */
const BODY = 1_000;

/**
 * Asks once, on a connection of its own: one that stays open would keep the server from ending in peace. The body is
 * read only of an error, since a stream's never ends.
 */
export function probe(url: string, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    const sent = request(url, { agent: false, signal: AbortSignal.timeout(timeoutMs) });
    sent.on("error", (error: NodeJS.ErrnoException) => {
      resolve({ body: "", failure: error.name === "AbortError" ? "timeout" : error.code || error.message });
    });
    sent.on("response", (response) => {
      const status = response.statusCode ?? 0;
      let body = "";
      const tell = () => resolve({ status, body: body.trim() });
      if (status < 500) {
        sent.destroy();
        return tell();
      }
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
        if (body.length < BODY) return;
        tell();
        sent.destroy();
      });
      response.on("end", tell).on("error", tell);
    });
    sent.end();
  });
}

/** Whether the server takes requests. One without the path that was asked for answers 404: it does. */
export const isReady = ({ status }: Answer): boolean => status !== undefined && status < 500;

/** An answer that tells of an error, in words. */
export const describeAnswer = (url: string, { status, body }: Answer): string =>
  `GET ${new URL(url).pathname} answers HTTP ${status}${body && ` (${body.slice(0, 200)})`}`;

/** Asks once, and says what keeps the server from being ready; undefined when nothing does. */
export async function readinessProblem(url: string, timeoutMs: number): Promise<string | undefined> {
  const answer = await probe(url, timeoutMs);
  if (isReady(answer)) return undefined;
  if (answer.status !== undefined) return describeAnswer(url, answer);
  if (answer.failure === "timeout") return "it accepts connections but does not answer";
  return answer.failure === "ECONNREFUSED" ? "it did not listen" : answer.failure;
}
