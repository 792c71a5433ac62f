import type { Addition } from "../../runtime/files";
import type { ResolvedServer } from "../server";
import { bridgeAddition, isBridged } from "./bridge";
import { developAddition } from "./develop";
import { telemetryAddition } from "./telemetry";

/** What the server's image holds beside the server. */
export const additionsOf = (server: ResolvedServer): Addition[] =>
  [
    isBridged(server) ? bridgeAddition(server) : undefined,
    developAddition(server),
    server.telemetry ? telemetryAddition(server) : undefined,
  ].filter((addition) => addition !== undefined);
