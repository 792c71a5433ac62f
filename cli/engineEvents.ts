import type { EngineEvent, OpMap } from "@pulumi/pulumi/automation";

/** What to show of a run of the engine, gathered from its events. */
export interface RunReport {
  /** How many resources by operation, as the engine sums it up. */
  changes: OpMap;
  /** Errors, each said once and without a stack. */
  errors: string[];
  /** Resources that were left alone on purpose when they left the stack. */
  retained: string[];
}

/** Takes the engine's events, and says what is worth showing. */
export interface EventReader {
  read(event: EngineEvent): void;
  /** Shows what was held back until the end. */
  finish(): void;
  readonly report: RunReport;
}

export interface EventSink {
  /** A line that stays. */
  line(text: string): void;
  /** What is being done now. */
  status(text: string): void;
}

const MARKS: Record<string, string> = {
  create: "+",
  "create-replacement": "+",
  update: "~",
  replace: "±",
  delete: "-",
  "delete-replaced": "-",
  read: ">",
  import: "=",
  refresh: "~",
};

/**
 * Reads engine events into lines for people.
 *
 * @param plan for a preview: the program's remarks are held back, so that they do not stand amidst the planned steps
 */
export function readEvents(sink: EventSink, verb: string, plan = false): EventReader {
  const report: RunReport = { changes: {}, errors: [], retained: [] };
  const running = new Map<string, { name: string; since: number }>();
  const said = new Set<string>();
  const held: string[] = [];

  const status = () => {
    const names = [...running.values()].map(({ name }) => name);
    sink.status(
      names.length === 0 ? verb : `${verb}: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""}`,
    );
  };

  const remark = (line: string) => {
    if (plan) held.push(line);
    else sink.line(line);
  };

  const diagnostic = ({ severity, message, urn, ephemeral }: NonNullable<EngineEvent["diagnosticEvent"]>) => {
    // The engine's events carry its debug log too, whatever their declared type says.
    if (ephemeral || !["info", "info#err", "warning", "error"].includes(severity)) return;
    const text = readable(message);
    if (text === "" || said.has(text)) return;
    said.add(text);
    if (severity === "error") report.errors.push(ownName(urn) ? `${ownName(urn)}: ${text}` : text);
    else remark(severity === "warning" ? `warning: ${ownName(urn) ? `${ownName(urn)}: ` : ""}${text}` : text);
  };

  return {
    report,
    finish() {
      for (const line of held.splice(0)) sink.line(line);
    },
    read(event) {
      const started = event.resourcePreEvent?.metadata;
      if (started && MARKS[started.op] && !isPlumbing(started.type)) {
        running.set(started.urn, { name: ownName(started.urn), since: Date.now() });
        if (event.resourcePreEvent?.planning) sink.line(stepLine(started));
        status();
      }
      const done = event.resOutputsEvent;
      if (done && !done.planning && MARKS[done.metadata.op] && !isPlumbing(done.metadata.type)) {
        const since = running.get(done.metadata.urn)?.since;
        running.delete(done.metadata.urn);
        const took = since === undefined ? "" : ` (${((Date.now() - since) / 1000).toFixed(1)} s)`;
        if (done.metadata.op === "delete" && done.metadata.old?.retainOnDelete)
          report.retained.push(ownName(done.metadata.urn));
        sink.line(`${stepLine(done.metadata)}${took}`);
        status();
      }
      const failed = event.resOpFailedEvent?.metadata;
      if (failed) {
        running.delete(failed.urn);
        sink.line(`${stepLine(failed)} failed`);
        status();
      }
      if (event.diagnosticEvent) diagnostic(event.diagnosticEvent);
      if (event.policyEvent) {
        const { message, policyName, enforcementLevel, resourceUrn } = event.policyEvent;
        const text = `${policyName}: ${ownName(resourceUrn)}: ${message.trim()}`;
        if (enforcementLevel === "mandatory") report.errors.push(text);
        else sink.line(`warning: ${text}`);
      }
      if (event.summaryEvent) report.changes = event.summaryEvent.resourceChanges ?? {};
    },
  };
}

/** One step: its sign, the type, the name and, for an update, which inputs change. */
function stepLine({
  op,
  type,
  urn,
  diffs,
  keys,
}: {
  op: string;
  type: string;
  urn: string;
  diffs?: string[];
  keys?: string[];
}) {
  const changed = (op === "update" || op === "replace" ? (diffs ?? keys ?? []) : []).join(", ");
  return ` ${MARKS[op] ?? " "} ${type} ${ownName(urn)}${changed ? ` [${changed}]` : ""}`;
}

/** The stack itself and the providers, which the engine adds by itself and does not show either. */
function isPlumbing(type: string): boolean {
  return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
}

/** The name of a resource, from its URN; empty for the stack itself. */
function ownName(urn = ""): string {
  return urn.includes("::pulumi:pulumi:Stack::") ? "" : (urn.split("::").at(-1) ?? "");
}

/**
 * An engine message without what only the authors of the engine can use: the frames of a stack, and the wrapping that
 * differs between the language host and the inline program, so that both say the same. Of a programming mistake the
 * first frame outside of packages stays, to find it by.
 */
export function readable(message: string): string {
  const lines = message.split("\n");
  const frames = lines.filter((line) => /^\s+at /.test(line));
  const text = lines
    .filter((line) => !/^\s+at /.test(line))
    .join("\n")
    .replace(/^Running program '.*' failed with an unhandled exception:\n/, "")
    .replace(/^Unhandled exception: /, "")
    .replace(/^(?:Uncaught )?(?:Error|RunError|InvalidInputError|ResourceError): /, "")
    .trimEnd();
  const own = frames.find((line) => !/node_modules|node:internal/.test(line));
  return own && /^(Type|Reference|Range|Syntax|Assertion)Error\b/.test(text) ? `${text}\n  ${own.trim()}` : text;
}

/** The engine's count as people read it: `2 created, 1 updated, 5 unchanged`. */
export function changesText(changes: OpMap, preview: boolean): string {
  const words: [keyof OpMap, string, string][] = [
    ["create", "to create", "created"],
    ["update", "to update", "updated"],
    ["replace", "to replace", "replaced"],
    ["delete", "to delete", "deleted"],
    ["import", "to import", "imported"],
    ["same", "unchanged", "unchanged"],
  ];
  return words
    .filter(([op]) => (changes[op] ?? 0) > 0)
    .map(([op, planned, done]) => `${changes[op]} ${preview ? planned : done}`)
    .join(", ");
}

/** Whether the engine changed, or would change, anything. */
export function isChanged(changes: OpMap): boolean {
  return Object.entries(changes).some(([op, count]) => !["same", "read", "refresh"].includes(op) && (count ?? 0) > 0);
}
