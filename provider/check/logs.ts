import { open } from "node:fs/promises";

/** A shorter "secret" would blank out ordinary words. */
const MIN_SECRET = 6;
/** How much of a log's end is read, in bytes. */
const TAIL_BYTES = 64 * 1024;

/** Replaces secret values in a text that a server wrote. */
export function maskSecrets(text: string, secrets: Iterable<string>): string {
  return secretMask(secrets)(text);
}

/** A function that replaces secret values, for many texts. */
export interface SecretMask {
  (text: string): string;
  /** Length of the longest text that is replaced. */
  longest: number;
}

/**
 * Makes the function that replaces these secret values. They are found as they are and as servers print them: in JSON, in
 * a URL, and line by line, for a key of many lines may be cut between two of them.
 */
export function secretMask(secrets: Iterable<string>): SecretMask {
  const forms = [...secrets].flatMap((secret) => [
    secret,
    ...secret.split(/\r?\n/).map((line) => line.trim()),
    JSON.stringify(secret).slice(1, -1),
    // By way of bytes: half a surrogate pair can't stand in a URL.
    encodeURIComponent(Buffer.from(secret).toString()),
  ]);
  const longestFirst = [...new Set(forms)]
    .filter(({ length }) => length >= MIN_SECRET)
    .sort((a, b) => b.length - a.length);
  const mask = (text: string) => longestFirst.reduce((masked, secret) => masked.replaceAll(secret, "[secret]"), text);
  return Object.assign(mask, { longest: longestFirst[0]?.length ?? 0 });
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
    // What is read from the middle of a line on may begin in the middle of a character.
    return (size > TAIL_BYTES ? lines.slice(1) : lines).filter((line) => line.trim() !== "").slice(-count);
  } finally {
    await handle.close();
  }
}

/** Log lines as part of an error message. */
export function quoteLines(lines: string[]): string {
  return lines.length > 0 ? `Its last lines:\n${indent(lines)}` : "It wrote nothing.";
}

/** What a program wrote, set off from our own words. */
export const indent = (lines: string[]): string => lines.map((line) => `  | ${line}`).join("\n");
