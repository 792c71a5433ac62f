import type { Problem } from "../../common/errors";
import { Transport } from "./args";

/** A transport as code names it. SSE is the deprecated one of the protocol's revision 2024-11-05. */
export type CodeTransport = Transport | "sse";

/** One place in a server's code that says how it talks to clients. */
export interface TransportEvidence {
  transport: CodeTransport;
  /** File, relative to the folder. */
  file: string;
  /** What in it, as in the code. */
  what: string;
  /** False when another way could be chosen from outside without a change of the code, such as a bare `mcp.run()`. */
  fixed: boolean;
  /** What the code itself says it listens on, where it is a constant. */
  port?: number;
  host?: string;
  path?: string;
}

/** The transport that was decided, with what was told to the user about it. */
export interface TransportDecision {
  transport: Transport;
  problems: Problem[];
  warnings: string[];
}

/**
 * Decides the transport from what was chosen, else from the code's evidence, else stdio.
 * HTTP beside the deprecated SSE is HTTP. HTTP beside stdio is a question to the user, since an argument or a variable decides at run time.
 */
export function decideTransport(chosen: Transport | undefined, evidence: TransportEvidence[]): TransportDecision {
  const first = (transport: CodeTransport) => evidence.find((item) => item.transport === transport);
  const [http, stdio, sse] = [first(Transport.Http), first(Transport.Stdio), first("sse")];
  if (chosen !== undefined) return { transport: chosen, problems: [], warnings: contradiction(chosen, evidence) };
  if (http && stdio) {
    return {
      transport: Transport.Http,
      warnings: [],
      problems: [
        {
          path: "transport",
          message: "the server's code offers both HTTP and stdio, so the one to deploy must be chosen",
          got: `${place(http)}; ${place(stdio)}`,
          allowed: "http, stdio",
          fix: "set `transport: http` (and the `args` or `env` that make the server use it), or `transport: stdio`",
        },
      ],
    };
  }
  if (http) return { transport: Transport.Http, problems: [], warnings: [] };
  if (stdio) return { transport: Transport.Stdio, problems: [], warnings: [] };
  if (sse) return { transport: Transport.Http, problems: [sseOnly(sse)], warnings: [] };
  return {
    transport: Transport.Stdio,
    problems: [],
    warnings: [
      "nothing in the code says which transport the server uses, so stdio is assumed: set `transport` to be sure",
    ],
  };
}

function sseOnly(sse: TransportEvidence): Problem {
  return {
    path: "transport",
    message: "the server offers only the SSE transport, which MCP has deprecated and current clients no longer speak",
    got: place(sse),
    allowed: "http (Streamable HTTP), stdio",
    fix:
      sse.file.endsWith(".py") || sse.file === "fastmcp.json"
        ? `change ${sse.file} to the transport "http" (FastMCP) or "streamable-http" (mcp)`
        : `change ${sse.file} to StreamableHTTPServerTransport`,
  };
}

/** A choice against the code is the user's right, since reading code has limits; it is worth a warning. */
function contradiction(chosen: Transport, evidence: TransportEvidence[]): string[] {
  if (evidence.length === 0 || evidence.some((item) => item.transport === chosen || !item.fixed)) return [];
  return [`transport is set to ${chosen}, but the code says otherwise: ${evidence.map(place).join("; ")}`];
}

function place({ file, what, transport }: TransportEvidence): string {
  return `${transport}: ${what} in ${file}`;
}
