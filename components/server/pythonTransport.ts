import { Transport } from "./args";
import { type Code, callArguments, keyword, literalOf, literalsIn } from "./code";
import type { SourceCode } from "./imports";
import type { CodeTransport, TransportEvidence } from "./transport";

const NAMES: { [name: string]: CodeTransport } = {
  stdio: Transport.Stdio,
  http: Transport.Http,
  "streamable-http": Transport.Http,
  sse: "sse",
};

/** `x.run(...)` of these is not the start of an MCP server. */
const OTHER_RUNNERS = new Set([
  "asyncio",
  "anyio",
  "trio",
  "uvloop",
  "subprocess",
  "uvicorn",
  "hypercorn",
  "web",
  "typer",
  "runpy",
]);

/** Calls whose name alone tells the transport. */
const TELLING_CALLS: [RegExp, CodeTransport][] = [
  [/\.run_(?:streamable_)?http_async\s*\(/g, Transport.Http],
  [/\b(?:uvicorn\.(?:run|Config)|hypercorn\.\w+\.serve)\s*\(/g, Transport.Http],
  [/\b(?:StreamableHTTPSessionManager|StreamableHTTPServerTransport|create_streamable_http_app)\s*\(/g, Transport.Http],
  [/\.(?:streamable_http_app|http_app)\s*\(/g, Transport.Http],
  [/\.run_stdio_async\s*\(|\bstdio_server\s*\(/g, Transport.Stdio],
  [/\.run_sse_async\s*\(|\.sse_app\s*\(|\b(?:SseServerTransport|create_sse_app)\s*\(/g, "sse"],
];

/** What Python code says about its transport. Code that only defines a server, and never runs it, says nothing. */
export function pythonTransports(sources: SourceCode[]): TransportEvidence[] {
  if (!sources.some(({ code }) => importsMcp(code))) return [];
  const constructed = constructorSettings(sources);
  return sources
    .flatMap(({ path, code }) => [...telling(path, code), ...runs(path, code)])
    .map((item) => (item.transport === Transport.Stdio ? item : { ...constructed, ...item }));
}

/** Constant port and host given to the server's constructor, as the official SDK allows. */
function constructorSettings(sources: SourceCode[]): { port?: number; host?: string } {
  for (const { code } of sources) {
    for (const match of code.text.matchAll(/\b(?:FastMCP|MCPServer)\s*\(/g)) {
      const { port, host } = listening(code, callArguments(code.text, match.index + match[0].length - 1));
      if (port !== undefined || host !== undefined) return { ...(port && { port }), ...(host && { host }) };
    }
  }
  return {};
}

function telling(file: string, code: Code): TransportEvidence[] {
  return TELLING_CALLS.flatMap(([pattern, transport]) =>
    [...code.text.matchAll(pattern)].map((match) => {
      const args = callArguments(code.text, match.index + match[0].length - 1);
      const named = NAMES[literalOf(code, keyword(args, "transport")) ?? ""];
      const name = match[0].replace(/^\.|\s*\($/g, "");
      return evidence(file, named ?? transport, `${name}()`, true, code, args);
    }),
  );
}

/** `mcp.run(...)` and `mcp.run_async(...)`: the transport is an argument, and stdio without one. */
function runs(file: string, code: Code): TransportEvidence[] {
  const found: TransportEvidence[] = [];
  for (const match of code.text.matchAll(/(\w+(?:\([^()]*\))?)\s*\.(run|run_async)\s*\(/g)) {
    const [call, receiver = "", method = ""] = match;
    if (OTHER_RUNNERS.has(receiver) || !mayBeServer(receiver, code)) continue;
    const args = callArguments(code.text, match.index + call.length - 1);
    const positional = args[0] !== undefined && !/^\w+\s*=(?!=)|^\*/.test(args[0]) ? args[0] : undefined;
    const expression = keyword(args, "transport") ?? positional;
    const name = `${receiver}.${method}`;
    if (expression === undefined) {
      found.push(evidence(file, Transport.Stdio, `${name}()`, false, code, args));
      continue;
    }
    const literal = literalOf(code, expression);
    if (literal !== undefined) {
      const transport = NAMES[literal];
      if (transport) found.push(evidence(file, transport, `${name}(transport="${literal}")`, true, code, args));
      continue;
    }
    const fallback = transportsOf(code, expression);
    for (const value of fallback) {
      const transport = NAMES[value];
      if (transport) found.push(evidence(file, transport, `${name}(transport=${value} by default)`, false, code, args));
    }
  }
  return found;
}

/** The transports an expression may have: literals in it, the default of an environment variable or of an option of that name. */
function transportsOf(code: Code, expression: string): string[] {
  const direct = literalsIn(code, expression).filter((text) => text in NAMES);
  if (direct.length > 0) return direct;
  const name = /([A-Za-z_]\w*)\s*$/.exec(expression)?.[1];
  if (name === undefined) return [];
  const assigned = new RegExp(`^[ \\t]*${name}\\s*(?::[^=\\n]*)?=(?!=)\\s*(.+)$`, "gm");
  const fromAssignments = [...code.text.matchAll(assigned)].flatMap((match) => literalsIn(code, match[1] ?? ""));
  const options = [...code.text.matchAll(/\badd_argument\s*\(/g)]
    .map((match) => callArguments(code.text, match.index + match[0].length - 1))
    .filter((args) =>
      args.some((argument) => literalOf(code, argument)?.replace(/^-+/, "").replaceAll("-", "_") === name),
    );
  const fromOptions = options.flatMap((args) => literalOf(code, keyword(args, "default")) ?? []);
  return [...new Set([...fromAssignments, ...fromOptions])].filter((text) => text in NAMES);
}

function evidence(
  file: string,
  transport: CodeTransport,
  what: string,
  fixed: boolean,
  code: Code,
  args: string[],
): TransportEvidence {
  return { transport, file, what, fixed, ...listening(code, args) };
}

/** What a call's arguments say about where the server listens, where they are constants. */
function listening(code: Code, args: string[]): { port?: number; host?: string; path?: string } {
  const port = /^\d+$/.exec(keyword(args, "port") ?? "")?.[0];
  const host = literalOf(code, keyword(args, "host"));
  const path = literalOf(code, keyword(args, "path"));
  return {
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(host === undefined ? {} : { host }),
    ...(path === undefined ? {} : { path }),
  };
}

/** A file without an MCP library of its own may run a server that it imports from another. */
function mayBeServer(receiver: string, code: Code): boolean {
  const name = receiver.replace(/\(.*$/, "");
  return importsMcp(code) || new RegExp(`\\bimport\\b[^\\n]*\\b${name}\\b`).test(code.text);
}

/** Whether Python code imports an MCP library. */
export function importsMcp(code: Code): boolean {
  return /^[ \t]*(?:from|import)[ \t]+(?:fastmcp|mcp)\b/m.test(code.text);
}
