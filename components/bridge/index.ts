import type { ResolvedServer } from "../server";
import { bridgeAddition, isBridged } from "./bridge";
import { developAddition } from "./develop";
import type { Addition } from "./files";

export { BRIDGE_CONTEXT, bridgeAddition, bridgeEnv, bridgeImageEnv, isBridged } from "./bridge";
export { containerCommand, DEBUG_PORT } from "./develop";
export type { AddedFile, Addition } from "./files";

/** What the server's image holds beside the server. */
export const additionsOf = (server: ResolvedServer): Addition[] =>
  [isBridged(server) ? bridgeAddition(server) : undefined, developAddition(server)].filter(
    (addition) => addition !== undefined,
  );
