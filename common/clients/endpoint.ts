/** A JSON value, as it stands in a client's file. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** A server that the client starts itself and talks to over standard streams. */
export interface StdioEndpoint {
  transport: "stdio";
  /** Executable to start. */
  command: string;
  /** Its arguments. No secrets: other users of the machine can read them in the process list. */
  args: string[];
  /** Environment variables that are no secret. */
  env: Record<string, string>;
  /** Environment variables whose values are secret. Only the names ever reach a client's file, as placeholders. */
  secretNames: string[];
}

/** A server that the client reaches by Streamable HTTP. */
export interface HttpEndpoint {
  transport: "http";
  /** The MCP endpoint, such as "https://weather.example.com/mcp". */
  url: string;
  /** Headers the client must send. A secret in a value is written as `${NAME}`, with NAME in `secretNames`: `Bearer ${API_TOKEN}`. */
  headers?: Record<string, string>;
  /** Names of the secrets that `headers` refers to. Names that no header refers to concern the server alone and are left out. */
  secretNames: string[];
}

/** What a client connects to. It holds no secret value. */
export type Endpoint = StdioEndpoint | HttpEndpoint;

/** Writes a reference to a secret in a client's own placeholder syntax. */
export type Placeholder = (secret: string) => string;

/** The environment of a stdio server, with a placeholder for each secret. A name that is in both maps counts as secret. */
export function envWith(endpoint: StdioEndpoint, placeholder: Placeholder): Record<string, string> {
  const secrets = endpoint.secretNames.map((name) => [name, placeholder(name)]);
  return { ...endpoint.env, ...Object.fromEntries(secrets) };
}

/** The headers of an HTTP endpoint, each `${NAME}` of a secret turned into a placeholder. */
export function headersWith(endpoint: HttpEndpoint, placeholder: Placeholder): Record<string, string> {
  const headers = Object.entries(endpoint.headers ?? {});
  return Object.fromEntries(headers.map(([name, value]) => [name, fill(value, endpoint.secretNames, placeholder)]));
}

/** The secrets that a header's value refers to, in order of appearance. */
export function secretsIn(value: string, secretNames: string[]): string[] {
  return [...value.matchAll(REFERENCE)].map(([, name = ""]) => name).filter((name) => secretNames.includes(name));
}

/** The text a user must replace, for clients that expand no variables. */
export const readablePlaceholder: Placeholder = (secret) => `<${secret}>`;

/** `{ [key]: value }`, or nothing when the value is an empty map: files stay free of empty sections. */
export function unlessEmpty(key: string, value: Record<string, string> | string[]): JsonObject {
  return Object.keys(value).length > 0 ? { [key]: value } : {};
}

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

function fill(value: string, secretNames: string[], placeholder: Placeholder): string {
  return value.replace(REFERENCE, (text, name: string) => (secretNames.includes(name) ? placeholder(name) : text));
}
