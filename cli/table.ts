import type { ServerOutput } from "./deployed/output";

const COLUMNS = ["SERVER", "TARGET", "ENDPOINT", "TOOLS", "CONNECT"];
const GAP = "  ";
/** A table narrower than this has no room for a URL; the terminal may wrap it then. */
const MINIMUM_WIDTH = 60;

/**
 * The closing table: what runs, where, and how to connect. Without room for all of it on one line a server, the line
 * to connect with goes below: a command that was cut could not be copied.
 *
 * @param width columns of the terminal; undefined where there is none, then nothing is cut
 */
export function serversTable(servers: Record<string, ServerOutput>, width?: number): string {
  const rows = Object.entries(servers).map(([name, server]) => row(name, server));
  if (rows.length === 0) return "";
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(width, MINIMUM_WIDTH);
  const table = alignColumns([COLUMNS, ...rows]);
  if (table.every((line) => line.length <= room)) return table.join("\n");
  const narrow = alignColumns([COLUMNS.slice(0, 4), ...rows.map((cells) => cells.slice(0, 4))], room, [3, 2]);
  const hints = rows.map((cells) => `  ${cells[4]}`);
  return [...narrow, "", "Connect:", ...hints].join("\n");
}

function row(name: string, server: ServerOutput): string[] {
  const endpoint = server.url ?? commandLine(server);
  return [name, server.target, endpoint, (server.tools ?? []).join(", "), connectHint(name, server)];
}

/** The line that adds a server to Claude Code: the shortest of the clients'; `clients` prints those of the others. */
export function connectHint(name: string, server: ServerOutput): string {
  if (server.url) return `claude mcp add --transport ${transportFlag(server.transport)} ${name} ${server.url}`;
  if (server.command) return `claude mcp add ${name} -- ${commandLine(server)}`;
  return "";
}

function transportFlag(transport = "http"): string {
  return transport === "sse" ? "sse" : "http";
}

function commandLine({ command, args = [] }: ServerOutput): string {
  return command ? [command, ...args].map(shellQuote).join(" ") : "";
}

/** Quoted for a POSIX shell where it must be. */
function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * Rows as lines with aligned columns.
 * @param room columns of the terminal; undefined where there is none
 * @param cuttable columns that are cut, one after the other, until the lines fit
 */
export function alignColumns(rows: string[][], room = Number.POSITIVE_INFINITY, cuttable: number[] = []): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  for (const column of cuttable) {
    const total = widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1);
    const current = widths[column];
    if (total > room && current !== undefined) widths[column] = Math.max(12, current - (total - room));
  }
  return rows.map((cells) =>
    cells
      .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
