import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ANSWER_MS, Missing, type Reading } from "./report";

/** Between two looks at the metrics, in milliseconds. */
export const INTERVAL_MS = 1_000;
/** More than this is no page of metrics, in characters. */
const LONGEST = 8 * 1024 * 1024;

/** What one look at a server's metrics shows. */
interface Look {
  /** When it was, in milliseconds. */
  at: number;
  text: string;
}

/** Two looks at a server's metrics, or why there are none. */
export type Looks = { first: Look; second: Look } | Missing;

/**
 * Looks at metrics twice, an interval apart.
 * @param read reads the page of metrics
 * @param between measures something else meanwhile, undisturbed by the reading
 */
export async function lookTwice<T>(read: () => Promise<string>, between: () => Promise<T>): Promise<[Looks, T]> {
  const look = async (): Promise<Look | Missing> => {
    try {
      const text = await read();
      return { text, at: performance.now() };
    } catch (error) {
      return new Missing(`no metrics: ${(error as Error).message}`);
    }
  };
  const first = await look();
  const [measured] = await Promise.all([between(), sleep(INTERVAL_MS)]);
  if (first instanceof Missing) return [first, measured];
  const second = await look();
  return [second instanceof Missing ? second : { first, second }, measured];
}

/** How fast a counter grew between the looks, per second. One that began anew has grown by what it shows. */
export function rateOf(looks: Looks, metric: string): Reading {
  if (looks instanceof Missing) return looks;
  const [before, after] = [sumOf(looks.first.text, metric), sumOf(looks.second.text, metric)];
  if (before === undefined || after === undefined) return new Missing(`its metrics have no ${metric}`);
  const seconds = (looks.second.at - looks.first.at) / 1_000;
  return (after < before ? after : after - before) / seconds;
}

/** What a gauge shows at the second look. */
export function gaugeOf(looks: Looks, metric: string): Reading {
  if (looks instanceof Missing) return looks;
  return sumOf(looks.second.text, metric) ?? new Missing(`its metrics have no ${metric}`);
}

const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(?:[^"}]|"(?:\\.|[^"\\])*")*\})?[ \t]+(\S+)/;

/**
 * The sum over all series of a metric; 0 for one that is declared and has no series yet, undefined for one that is not
 * there. Source: prometheus.io/docs/instrumenting/exposition_formats, the text format.
 */
export function sumOf(text: string, metric: string): number | undefined {
  let total: number | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith(`# TYPE ${metric} `)) total ??= 0;
    const [, name, value] = SAMPLE.exec(line) ?? [];
    const number = Number(value);
    if (name === metric && Number.isFinite(number)) total = (total ?? 0) + number;
  }
  return total;
}

/**
 * Reads a page by HTTP, on a connection of its own. The error says what was wrong in a few words.
 * @param where what errors name, when the URL leads to it by a detour
 */
export function readPage(url: string, where = `port ${new URL(url).port}`): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = ({ name, code, message }: NodeJS.ErrnoException) => {
      const isLate = name === "AbortError" || name === "TimeoutError";
      if (isLate) reject(new Error(`${where} does not answer within ${ANSWER_MS / 1_000} s`));
      else if (code === "ECONNREFUSED") reject(new Error(`nothing listens on ${where}`));
      else reject(new Error(code === "ECONNRESET" ? `${where} closes the connection` : message));
    };
    const request = get(url, { agent: false, signal: AbortSignal.timeout(ANSWER_MS) }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
        if (text.length > LONGEST) request.destroy(new Error(`${where} answers without an end`));
      });
      response.on("error", fail);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${where} answers GET ${new URL(url).pathname} with HTTP ${response.statusCode}`));
      });
    });
    request.on("error", fail);
  });
}
