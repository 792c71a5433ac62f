import { asList, asMapping } from "../compose/composeFile";

/** What a stack's config says of what there is to be, as far as that can be read without its secrets. */
export interface StackConfig {
  target: string;
  servers: { name: string; target?: string }[];
  /** Names of the services. */
  services: string[];
  /** The cluster of a stack for Kubernetes. */
  cluster?: { context: string; server?: string };
}

/** Reads what `pulumi config --json` prints. What is no valid config is left out: `up` says what is wrong with it. */
export function readStackConfig(json: string): StackConfig {
  const entries = asMapping(JSON.parse(json)) ?? {};
  const value = (key: string): unknown => {
    const text = asMapping(entries[`mcp:${key}`])?.value;
    return typeof text === "string" ? parse(text) : undefined;
  };
  const named = (key: string) =>
    asList(value(key)).flatMap((item) => {
      const { name, target } = asMapping(item) ?? {};
      return typeof name === "string" ? [{ name, ...(typeof target === "string" && { target }) }] : [];
    });
  const target = value("target");
  const { context, server } = asMapping(value("kubernetes")) ?? {};
  return {
    target: typeof target === "string" ? target : "process",
    servers: named("servers"),
    services: named("services").map(({ name }) => name),
    ...(typeof context === "string" && { cluster: { context, ...(typeof server === "string" && { server }) } }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
