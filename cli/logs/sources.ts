import { InvalidInputError } from "../../common/errors";
import { nearest } from "../../common/nearest";
import { openEngine } from "../deployed/engine";
import type { Entry } from "../deployed/entries";
import { type DeployedStack, upCommand } from "../deployed/stack";
import type { LogSource } from "./lines";

/**
 * The servers and services whose logs are wanted.
 * @param names all when there are none
 * @throws InvalidInputError for a name that the stack does not have, and for what is not deployed
 */
export function chosen({ name: stack, entries }: Pick<DeployedStack, "name" | "entries">, names: string[]): Entry[] {
  const known = [...new Set(entries.map(({ name }) => name))];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new InvalidInputError(
      unknown.map((got) => {
        const similar = nearest(got, known);
        return {
          path: "SERVER",
          message: `the stack ${stack} has no such server or service`,
          got,
          allowed: known.join(", ") || "none: the stack has no servers",
          fix: similar ? `did you mean ${similar}?` : `name one of them, or another stack with --stack`,
        };
      }),
    );
  }
  const wanted = entries.filter(({ name }) => names.length === 0 || names.includes(name));
  const deployed = wanted.filter(({ place }) => place !== undefined);
  if (deployed.length > 0 && (names.length === 0 || deployed.length === wanted.length)) return deployed;
  const missing = wanted.filter(({ place }) => place === undefined).map(({ name }) => name);
  const what = deployed.length === 0 && names.length === 0 ? `the stack ${stack}` : missing.join(", ");
  throw new InvalidInputError([
    { path: "SERVER", message: `there is no log: ${what} is not deployed yet`, fix: upCommand(stack) },
  ]);
}

/** Opens the logs. What it takes to read them is loaded only when it is needed. */
export async function openLogs(stack: DeployedStack, entries: Entry[]): Promise<LogSource[]> {
  const places = entries.map(({ place }) => place?.kind);
  const engine = places.includes("container") ? await openEngine() : undefined;
  const pods = places.includes("workload")
    ? (require("../deployed/pods") as typeof import("../deployed/pods")).openPods(stack)
    : undefined;
  return entries.flatMap(({ name, place }): LogSource[] => {
    switch (place?.kind) {
      case "process":
        return [(require("./processLog") as typeof import("./processLog")).processLog(name, place)];
      case "container":
        return engine ? [(require("./dockerLog") as typeof import("./dockerLog")).dockerLog(name, place, engine)] : [];
      case "workload":
        return pods ? [(require("./podLog") as typeof import("./podLog")).podLog(name, place, pods)] : [];
      default:
        return [];
    }
  });
}

/** Where the lines of a server are that clients start for themselves. */
export const clientLogs = (name: string): string =>
  `${name} is a stdio server: each client starts it for itself, so nothing of it runs here, and its lines (stderr) go to\n` +
  "that client:\n" +
  `  Claude Desktop  mcp-server-${name}.log in ~/Library/Logs/Claude (macOS), %APPDATA%\\Claude\\logs (Windows),\n` +
  "                  ~/.config/Claude/logs (Linux)\n" +
  `  Claude Code     mcp-logs-${name} below ~/.cache/claude-cli-nodejs (Linux), ~/Library/Caches/claude-cli-nodejs (macOS)\n` +
  `  VS Code         command "MCP: List Servers", ${name}, "Show Output"\n` +
  "  others          their own output panel or debug option";
