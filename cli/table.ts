/** A deployed server, as the stack output `servers` states it. */
export interface ServerOutput {
  target?: string;
  transport?: string;
  url?: string;
  command?: string;
  args?: string[];
  tools?: string[];
}

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
export function serversTable(servers: unknown, width?: number): string {
  if (!isRecord(servers)) return "";
  const rows = Object.entries(servers)
    .filter((entry): entry is [string, Record<string, unknown>] => isRecord(entry[1]))
    .map(([name, server]) => row(name, server as ServerOutput));
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
  return [name, server.target ?? "", endpoint, (server.tools ?? []).join(", "), connectHint(name, server)];
}

/** The line that adds a server to Claude Code: the shortest of the clients'; the others are in `npm run outputs`. */
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
