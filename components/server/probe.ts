import { Transport } from "./args";
import type { Inspection } from "./inspection";
import type { Probe, ServerSettings } from "./resolved";

/**
 * How a server's health is asked for. A path that a server lacks answers 404, which is a failure to an orchestrator, and
 * `/mcp` itself answers no GET: paths are asked only where the user set them or the code has them.
 */
export function decideProbe(
  { health = {}, launchedByClient }: Pick<ServerSettings, "health" | "launchedByClient">,
  transport: Transport,
  paths: { readinessPath: string; livenessPath: string },
  inspection: Inspection | undefined,
  telemetry: boolean,
): Probe {
  if (health.command !== undefined) return { kind: "command", command: health.command };
  const isSet = health.readinessPath !== undefined || health.livenessPath !== undefined;
  // The bridge answers both paths for the server behind it, and the telemetry layer where the server does not.
  const isAnswered = telemetry || (transport === Transport.Stdio && !launchedByClient);
  const isInCode = (path: string) => inspection?.sources.some(({ text }) => text.includes(path)) ?? false;
  if (isSet || isAnswered || (isInCode(paths.readinessPath) && isInCode(paths.livenessPath))) return { kind: "http" };
  return { kind: "tcp" };
}
