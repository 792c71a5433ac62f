import { open } from "node:fs/promises";

/** A shorter "secret" would blank out ordinary words. */
const MIN_SECRET = 6;
/** How much of a log's end is read, in bytes. */
const TAIL_BYTES = 64 * 1024;

/** Replaces secret values in a text that a server wrote. */
export function maskSecrets(text: string, secrets: Iterable<string>): string {
  const longestFirst = [...secrets].filter(({ length }) => length >= MIN_SECRET).sort((a, b) => b.length - a.length);
  return longestFirst.reduce((masked, secret) => masked.replaceAll(secret, "[secret]"), text);
}

/** The last lines of a log file that are not blank; none when there is no such file. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(Math.min(size, TAIL_BYTES)),
      position: Math.max(0, size - TAIL_BYTES),
    });
    const lines = buffer.toString("utf8", 0, bytesRead).split("\n");
    return lines.filter((line) => line.trim() !== "").slice(-count);
  } finally {
    await handle.close();
  }
}

/** Log lines as part of an error message. */
export function quoteLines(lines: string[]): string {
  return lines.length > 0 ? `Its last lines:\n${lines.map((line) => `  | ${line}`).join("\n")}` : "It wrote nothing.";
}
