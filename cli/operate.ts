import type { EngineEvent, OpMap } from "@pulumi/pulumi/automation";
import { ensurePlugin } from "../common/plugin";
import { EngineRunError } from "./engineCommand";
import { type EventSink, type RunReport, readEvents } from "./engineEvents";
import { type Operation, OperationError } from "./errors";
import { explained } from "./explain";
import { isStackMissing, type Session, StackMissingError } from "./session";

export interface OperateOptions {
  sink: EventSink;
  /** Create the stack when the backend does not know it. */
  create?: boolean;
  /** For a destroy: say what would be removed, and remove nothing. */
  previewOnly?: boolean;
  /** For a refresh: forget resources whose creation was cut short. */
  clearPendingCreates?: boolean;
  /** For an update: the URNs of the only resources to touch; `**` stands for anything. */
  targets?: string[];
  /** For a preview: takes the engine's own output in this form, instead of our lines. */
  output?: { form: "--diff" | "--json"; take: (text: string) => void };
}

const VERBS: Record<Operation, string> = {
  preview: "Previewing",
  up: "Deploying",
  refresh: "Refreshing",
  destroy: "Destroying",
};

/**
 * Runs an operation of the engine on a stack.
 *
 * @returns what it changed
 * @throws OperationError with every error that the engine or the program gave
 */
export async function operate(session: Session, operation: Operation, options: OperateOptions): Promise<RunReport> {
  const { stack, command } = session;
  const { sink, output } = options;
  const lines = output ? { ...sink, line: () => {} } : sink;
  const events = readEvents(lines, `${VERBS[operation]} stack ${session.name}`, operation === "preview");
  const common = {
    onEvent: (event: EngineEvent) => events.read(event),
    color: "never" as const,
    suppressProgress: true,
    suppressOutputs: true,
    ...(session.configFile ? { configFile: session.configFile } : {}),
  };
  const run = (): Promise<unknown> => {
    if (operation === "preview") return stack.preview({ ...common, ...(output ? { onOutput: output.take } : {}) });
    if (operation === "destroy") return stack.destroy({ ...common, previewOnly: options.previewOnly === true });
    if (operation === "refresh") {
      return stack.refresh({ ...common, clearPendingCreates: options.clearPendingCreates === true });
    }
    return stack.up({ ...common, ...(options.targets ? { target: options.targets } : {}) });
  };
  // These run no program, which would do it.
  if (operation === "destroy" || operation === "refresh") ensurePlugin();
  // A preview takes no lock, and may run while somebody deploys.
  if (operation !== "preview") await session.removeStaleLocks();
  command.previewArgs = output ? [output.form] : [];
  try {
    await run().catch(async (error: unknown) => {
      if (!options.create || !isStackMissing(error)) throw error;
      await session.create();
      sink.line(`Created stack ${session.name}.`);
      return run();
    });
  } catch (error) {
    if (isStackMissing(error)) throw new StackMissingError(session.name, session.backend.location);
    if (!(error instanceof EngineRunError)) throw error;
    const errors = withoutEchoes(events.report.errors);
    // Without an error event the engine did not come to run the program; then its stderr says why.
    const told = errors.length > 0 ? errors : [error.message.replace(/^error: /, "")];
    throw new OperationError(operation, told.map(explained));
  } finally {
    events.finish();
    command.previewArgs = [];
  }
  return events.report;
}

/** Leaves out errors that only say that there were errors, and the bare message of one that is there in full. */
export function withoutEchoes(errors: string[]): string[] {
  const echo = /^(One or more errors occurred|(update|preview|destroy|refresh) failed$)/;
  const own = errors.filter(
    (text) =>
      !echo.test(text) && !errors.some((other) => other !== text && other.replace(/^\w+: /, "").startsWith(text)),
  );
  return own.length > 0 ? own : errors;
}

/** The outputs of a stack, secrets masked. */
export async function stackOutputs(session: Session): Promise<Record<string, unknown>> {
  const output = await session
    .pulumi(["stack", "output", "--json", "--stack", session.name])
    .catch((error: unknown) => {
      throw isStackMissing(error) ? new StackMissingError(session.name, session.backend.location) : error;
    });
  return JSON.parse(output);
}

/** Number of resources by operation, without the zeroes. */
export function nonZero(changes: OpMap): OpMap {
  return Object.fromEntries(Object.entries(changes).filter(([, count]) => count));
}
