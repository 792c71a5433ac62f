import { dirname } from "node:path";
import { obtainEngine } from "./engine";
import { exitAfter } from "./exit";

/** Prints the folder of the engine, for `npm test`: tests find the engine through PATH. */
void exitAfter(async () => {
  const engine = await obtainEngine();
  process.stdout.write(`${dirname(engine.binary)}\n`);
  return 0;
});
