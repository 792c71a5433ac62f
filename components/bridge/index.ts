export { BRIDGE_CONTEXT, bridgeAddition, bridgeEnv, bridgeImageEnv, isBridged } from "./bridge";
export { containerCommand, DEBUG_PORT, developAddition } from "./develop";
export { type AddedFile, type Addition, addedFiles, shippedFolder } from "./files";
