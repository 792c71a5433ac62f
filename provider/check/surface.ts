import { createHash } from "node:crypto";
import type { Tool } from "@modelcontextprotocol/client";
import stringify from "fast-json-stable-stringify";

/**
 * SHA-256 over what clients see of the tools: names, descriptions and schemas. Neither the order of the tools nor that
 * of the keys in a schema matters.
 */
export function toolsDigest(tools: Tool[]): string {
  const surface = tools
    .map(({ name, title, description, inputSchema, outputSchema }) => ({
      name,
      title,
      description,
      inputSchema,
      outputSchema,
    }))
    .sort((a, b) => compareText(a.name, b.name));
  return createHash("sha256").update(stringify(surface)).digest("hex");
}

export const toolNames = (tools: Tool[]): string[] => tools.map(({ name }) => name).sort(compareText);

// Not localeCompare: the digest must not depend on the machine's language.
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
