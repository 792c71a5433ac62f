import type { Problem } from "../../common/errors";
import { Transport } from "./args";
import { memoryMiB } from "./memory";
import type { BridgeSettings, DeployedServer, ServerSettings } from "./resolved";
import { validatePort } from "./validate";

/** What a session of a bridged server takes, in MiB: measured, a FastMCP server that does nothing has 60. */
const SESSION_MIB = 64;
const MOST_SESSIONS = 50;

/** The bridge with its defaults. Without a cap of its own, a server has as many sessions as its memory has room for. */
export function bridgeSettings(
  { maxSessions, idleTimeoutSeconds = 300, stateless = false }: Partial<BridgeSettings> = {},
  memoryLimit: string,
): BridgeSettings {
  const room = Math.floor(((memoryMiB(memoryLimit) ?? 0) - SESSION_MIB) / SESSION_MIB);
  return { maxSessions: maxSessions ?? Math.max(1, Math.min(MOST_SESSIONS, room)), idleTimeoutSeconds, stateless };
}

/** The bridge and the development settings as the user wrote them. */
export function validateBridge({ bridge = {}, develop = {} }: Pick<ServerSettings, "bridge" | "develop">): Problem[] {
  const { maxSessions = 1, idleTimeoutSeconds = 1 } = bridge;
  return [
    ...(Number.isInteger(maxSessions) && maxSessions >= 1 && maxSessions <= 1000
      ? []
      : [problem("bridge.maxSessions", "this is no number of sessions", maxSessions, "a whole number from 1 to 1000")]),
    ...(idleTimeoutSeconds > 0 && Number.isFinite(idleTimeoutSeconds)
      ? []
      : [problem("bridge.idleTimeoutSeconds", "this is no time", idleTimeoutSeconds, "more than 0, in seconds")]),
    ...(develop.debugPort === undefined ? [] : validatePort(develop.debugPort, "develop.debugPort")),
  ];
}

/** What a client starts itself has its streams, and no port. */
export function validateLaunch(
  settings: Pick<ServerSettings, "launchedByClient" | "bridge" | "develop">,
  transport: Transport,
): Problem[] {
  if (!settings.launchedByClient) return [];
  const clash = (["bridge", "develop"] as const).filter((field) => settings[field] !== undefined);
  return [
    ...(transport === Transport.Stdio
      ? []
      : [
          {
            ...problem("launchedByClient", "the server speaks HTTP, and no client starts it", true, "false"),
            fix: "remove launchedByClient",
          },
        ]),
    ...clash.map((field) => ({
      path: field,
      message: "means nothing for a server that clients start themselves",
      fix: `remove \`${field}\`, or \`launchedByClient\``,
    })),
  ];
}

/** A bridge that promises more sessions than the memory has room for. */
export function bridgeWarnings({
  transport,
  launchedByClient,
  bridge,
  resources,
}: Pick<DeployedServer, "transport" | "launchedByClient" | "bridge" | "resources">): string[] {
  if (transport !== Transport.Stdio || launchedByClient) return [];
  const needed = (bridge.maxSessions + 1) * SESSION_MIB;
  if (needed <= (memoryMiB(resources.memoryLimit) ?? needed) || bridge.maxSessions === 1) return [];
  return [
    `bridge.maxSessions is ${bridge.maxSessions}, but the memory limit ${resources.memoryLimit} has room for fewer processes of ${SESSION_MIB} MiB: set resources.memoryLimit to ${needed}Mi`,
  ];
}

const problem = (path: string, message: string, got: unknown, allowed: string): Problem => ({
  path,
  message,
  got: String(got),
  allowed,
});
