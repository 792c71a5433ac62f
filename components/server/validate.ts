import type { Problem } from "../../common/errors";
import { nearest } from "../../common/nearest";
import { Runtime, Sessions, Transport } from "./args";
import type { ServerSettings } from "./resolved";

/** Longest name of a server: a DNS label is 63, and what is derived from it ("-redis", a hash of Kubernetes) needs room. */
export const MAX_NAME_LENGTH = 40;

/** Variables that the deployment sets itself, and the field each comes from. */
export const RESERVED_ENV: { [name: string]: string } = {
  PORT: "port",
  FASTMCP_PORT: "port",
  METRICS_PORT: "metricsPort",
};

/** A name as close to a text as a DNS label allows; "mcp-server" when nothing is left. */
export function slug(text: string): string {
  const label = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f']/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, MAX_NAME_LENGTH)
    .replace(/-+$/, "");
  return label === "" ? "mcp-server" : label;
}

/** A server's name becomes names of containers, Services and hosts: a DNS label that starts with a letter, at most 40 characters. */
export function validateName(name: string, path = "name"): Problem[] {
  if (name.length <= MAX_NAME_LENGTH && /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name)) return [];
  const isLong = name.length > MAX_NAME_LENGTH;
  return [
    {
      path,
      message:
        name === ""
          ? "the name is empty"
          : isLong
            ? `the name has ${name.length} characters`
            : "the name is no DNS label",
      got: name,
      allowed: `lower-case letters, digits and hyphens, starting with a letter, ending with a letter or digit, at most ${MAX_NAME_LENGTH} characters`,
      fix: `name it ${slug(name)}`,
    },
  ];
}

/** A value out of a fixed list, such as a runtime. */
export function validateChoice(value: string, allowed: readonly string[], path: string): Problem[] {
  if (allowed.includes(value)) return [];
  const typed = String(value).toLowerCase();
  const similar =
    allowed.find((choice) => typed.length >= 3 && choice.startsWith(typed)) ?? nearest(typed, [...allowed]);
  const fix = similar && `did you mean ${similar}?`;
  return [{ path, message: "unknown value", got: String(value), allowed: allowed.join(", "), ...(fix && { fix }) }];
}

/** A TCP port that a user without privileges may open. */
export function validatePort(port: number, path = "port"): Problem[] {
  const allowed = "a whole number from 1024 to 65535";
  const got = String(port);
  if (typeof port !== "number" || !Number.isInteger(port))
    return [{ path, message: "a port is a whole number", got, allowed }];
  if (port < 1 || port > 65535) return [{ path, message: "there is no such TCP port", got, allowed }];
  if (port >= 1024) return [];
  const fix = `use ${port === 80 ? 8080 : port === 443 ? 8443 : port + 8000}`;
  return [{ path, message: "ports below 1024 need root, and servers run without it", got, allowed, fix }];
}

/** The MCP endpoint and the metrics need a port each. */
export function validatePortPair(port: number, metricsPort: number, path = "metricsPort"): Problem[] {
  if (port !== metricsPort) return [];
  const fix = `use ${metricsPort === 9090 ? 8000 : 9090} for metricsPort`;
  return [
    {
      path,
      message: "the metrics port is the port of the MCP endpoint",
      got: String(metricsPort),
      allowed: `any port but ${port}`,
      fix,
    },
  ];
}

/** Names of environment variables and secrets: valid, none of them in both, none that the deployment sets itself. */
export function validateEnvNames(env: string[], secrets: string[] = [], path = "", reserved = RESERVED_ENV): Problem[] {
  const problems: Problem[] = [];
  for (const [field, names] of Object.entries({ env, secrets })) {
    for (const name of names) {
      const at = `${path === "" ? "" : `${path}.`}${field}.${name}`;
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        const better = name.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d|$)/, "_");
        const allowed = "letters, digits and underscores, not starting with a digit";
        problems.push({
          path: at,
          message: "this is no name of an environment variable",
          got: name,
          allowed,
          fix: `name it ${better}`,
        });
      } else if (Object.hasOwn(reserved, name)) {
        const fix = `remove it, and set \`${reserved[name]}\` if the default does not suit`;
        problems.push({ path: at, message: `${name} is set by the deployment`, got: name, fix });
      } else if (field === "secrets" && env.includes(name)) {
        problems.push({
          path: at,
          message: `${name} is both in env and in secrets`,
          got: name,
          fix: "remove it from env",
        });
      }
    }
  }
  return problems;
}

/** The path of an HTTP endpoint: from its slash on, without a query. */
export function validateHttpPath(httpPath: string, path: string): Problem[] {
  if (/^\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/.test(httpPath) && !httpPath.includes("//")) return [];
  const allowed = 'a path that starts with one slash, such as "/mcp", without spaces, query or fragment';
  const rest = String(httpPath)
    .replace(/^[a-z]+:\/\/[^/]*/i, "")
    .replace(/[?#].*$/, "");
  const better = `/${rest.split("/").filter(Boolean).join("/")}`;
  const fix = /\s/.test(better) ? undefined : `write "${better}"`;
  return [{ path, message: "this is no HTTP path", got: String(httpPath), allowed, ...(fix && { fix }) }];
}

/** Runtime, transport and sessions as the user wrote them. */
export function validateKinds({
  runtime,
  transport,
  sessions,
}: Pick<ServerSettings, "runtime" | "transport" | "sessions">): Problem[] {
  return [
    ...(runtime === undefined ? [] : validateChoice(runtime, Object.values(Runtime), "runtime")),
    ...(transport === undefined ? [] : validateTransport(transport)),
    ...(sessions === undefined ? [] : validateChoice(sessions, Object.values(Sessions), "sessions")),
  ];
}

function validateTransport(transport: string): Problem[] {
  const [problem] = validateChoice(transport, Object.values(Transport), "transport");
  if (problem === undefined) return [];
  if (transport === "sse")
    return [
      {
        ...problem,
        message: "MCP has deprecated the SSE transport",
        fix: "make the server speak Streamable HTTP, and set `transport: http`",
      },
    ];
  return [/^streamable[-_]?http$/i.test(transport) ? { ...problem, fix: "did you mean http?" } : problem];
}
