import type { Console } from "./console";
import { OperationError } from "./errors";
import { operate } from "./operate";
import type { Session } from "./session";

/**
 * Prints the engine's own JSON of a preview (`steps`, `changeSummary`, `diagnostics`), the form that `report/` and CI
 * read, whichever way the program is hosted. A preview that fails prints it too: its diagnostics are in there.
 */
export async function previewJson(session: Session, console: Console): Promise<number> {
  let json = "";
  const take = (text: string) => {
    json += text;
  };
  const output = { form: "--json" as const, take };
  try {
    await operate(session, "preview", { sink: console, create: true, output });
  } catch (error) {
    if (error instanceof OperationError && json.trim() !== "") console.result(json.trim());
    throw error;
  }
  console.result(json.trim());
  return 0;
}
