import { type Addition, bridgeAddition, developAddition, isBridged } from "../bridge";
import type { ResolvedServer } from "../server";
import { telemetryAddition } from "../telemetry";

/** What the server's image holds beside the server. */
export const additionsOf = (server: ResolvedServer): Addition[] =>
  [
    isBridged(server) ? bridgeAddition(server) : undefined,
    developAddition(server),
    server.telemetry ? telemetryAddition(server) : undefined,
  ].filter((addition) => addition !== undefined);
