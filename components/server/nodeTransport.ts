import { Transport } from "./args";
import { type Code, callArguments, keyword, literalOf } from "./code";
import type { SourceCode } from "./imports";
import type { CodeTransport, TransportEvidence } from "./transport";

// TypeScript compiles a call of an import to CommonJS as `(0, module_1.name)(...)`.
const CALLS: [RegExp, CodeTransport][] = [
  [/\bnew\s+[\w$.]*StreamableHTTPServerTransport\s*\(/g, Transport.Http],
  [/\bnew\s+[\w$.]*PerRequestHTTPServerTransport\s*\(/g, Transport.Http],
  [/\b(?:createMcpHandler|createMcpExpressApp|createMcpHonoApp|createMcpFastifyApp)\)?\s*\(/g, Transport.Http],
  [/\bnew\s+[\w$.]*StdioServerTransport\s*\(/g, Transport.Stdio],
  [/\bserveStdio\)?\s*\(/g, Transport.Stdio],
  [/\bnew\s+[\w$.]*SSEServerTransport\s*\(/g, "sse"],
];

/** The TypeScript FastMCP names its transport in `server.start({ transportType })`. */
const START_TYPES: { [name: string]: CodeTransport } = {
  stdio: Transport.Stdio,
  httpStream: Transport.Http,
  sse: "sse",
};

/** What JavaScript code says about its transport. */
export function nodeTransports(sources: SourceCode[]): TransportEvidence[] {
  const port = constantPort(sources);
  const found = sources.flatMap(({ path, code }) => [...calls(path, code), ...starts(path, code)]);
  return found.map((item) => (item.transport === Transport.Http ? { ...item, ...port } : item));
}

function calls(file: string, code: Code): TransportEvidence[] {
  return CALLS.flatMap(([pattern, transport]) =>
    [...code.text.matchAll(pattern)]
      // A class that the file itself defines is the library bundled into it: what counts is its use, which is `new`.
      .filter((match) => !/\bfunction\s+$/.test(code.text.slice(Math.max(0, match.index - 12), match.index)))
      .map((match) => ({
        transport,
        file,
        what: `${match[0].replace(/\)?\s*\($/, "").replace(/\s+/g, " ")}()`,
        fixed: true,
      })),
  );
}

function starts(file: string, code: Code): TransportEvidence[] {
  return [...code.text.matchAll(/\btransportType\s*:\s*("\d+")/g)].flatMap(([, literal]) => {
    const name = literalOf(code, literal);
    const transport = START_TYPES[name ?? ""];
    return transport ? [{ transport, file, what: `transportType: "${name}"`, fixed: true }] : [];
  });
}

/** The port and host of the one `listen` whose port is a constant; nothing when ports come from outside or differ. */
function constantPort(sources: SourceCode[]): { port?: number; host?: string } {
  const listens = sources.flatMap(({ code }) =>
    [...code.text.matchAll(/\.listen\s*\(/g)].map((match) => {
      const args = callArguments(code.text, match.index + match[0].length - 1);
      const options = args[0]?.startsWith("{") ? callArguments(args[0], 0) : undefined;
      return {
        port: options ? keyword(options, "port") : args[0],
        host: literalOf(code, options ? keyword(options, "host") : args[1]),
      };
    }),
  );
  const [only] = listens;
  if (listens.length !== 1 || only === undefined || !/^[1-9]\d{0,4}$/.test(only.port ?? "")) return {};
  return { port: Number(only.port), ...(only.host === undefined ? {} : { host: only.host }) };
}
