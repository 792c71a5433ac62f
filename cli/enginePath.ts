import { dirname } from "node:path";
import { obtainEngine } from "./engine";
import { main } from "./main";

/** Prints the folder of the engine, for `npm test`: tests find the engine through PATH. */
main(async () => {
  const engine = await obtainEngine();
  process.stdout.write(`${dirname(engine.binary)}\n`);
  return 0;
});
