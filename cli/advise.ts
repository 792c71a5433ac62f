import * as path from "node:path";
import { parseArgs } from "node:util";
import { InvalidInputError } from "../common/errors";
// Not from components/server itself: that loads the Pulumi SDK, which costs more than all of this.
import { type Advice, advise } from "../components/server/advisor";
import { Runtime, Transport } from "../components/server/args";
import { resolve } from "../components/server/resolve";
import type { ResolvedServer } from "../components/server/resolved";
import { slug, validateChoice } from "../components/server/validate";
import { main as run } from "./main";

const USAGE = `Usage: npm run advise -- FOLDER [options]

Reads an MCP server's folder and says where the server belongs: a local process, Docker or Kubernetes.

  --stage STAGE         development or production
  --replicas N          replicas wanted
  --service NAME        a service deployed beside the server, such as redis; may be repeated
  --runtime RUNTIME     python or node, where the folder leaves it open
  --transport TRANSPORT stdio or http, where the code leaves it open
  --entry-point FILE    what starts the server, where the folder leaves it open
  --json                print JSON
  --help                print this help`;

const STAGES = ["development", "production"] as const;

/**
 * Advises on a server's folder. Prints a report, or JSON, to stdout; errors go to stderr.
 * @returns The exit code: 0, or 2 for bad input.
 */
export async function main(argv: string[]): Promise<number> {
  try {
    const options = parse(argv);
    if (options === undefined) {
      console.log(USAGE);
      return 0;
    }
    const { folder, json, context, settings } = options;
    const server = resolve(slug(path.basename(path.resolve(folder))), { source: folder, ...settings });
    const advice = advise(server, context);
    console.log(json ? JSON.stringify(asJson(server, advice), undefined, 2) : report(folder, server, advice));
    return 0;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    console.error(error.message);
    return 2;
  }
}

function parse(argv: string[]) {
  const { values, positionals } = parseOptions(argv);
  if (values.help) return undefined;
  const [folder] = positionals;
  if (folder === undefined || positionals.length > 1) {
    const message = folder === undefined ? "the folder of a server is missing" : "one folder at a time";
    throw usage("FOLDER", message, positionals.join(" ") || "nothing", "npm run advise -- examples/simple-server");
  }
  const { stage, replicas, runtime, transport } = values;
  const problems = [
    ...(stage === undefined ? [] : validateChoice(stage, STAGES, "--stage")),
    ...(runtime === undefined ? [] : validateChoice(runtime, Object.values(Runtime), "--runtime")),
    ...(transport === undefined ? [] : validateChoice(transport, Object.values(Transport), "--transport")),
  ];
  if (problems.length > 0) throw new InvalidInputError(problems);
  if (replicas !== undefined && !/^[1-9]\d{0,3}$/.test(replicas)) {
    throw usage("--replicas", "this is no number of replicas", replicas, "give a whole number from 1 to 9999");
  }
  return {
    folder,
    json: values.json ?? false,
    context: {
      ...(stage !== undefined && { stage: stage as (typeof STAGES)[number] }),
      ...(replicas !== undefined && { replicas: Number(replicas) }),
      services: values.service ?? [],
    },
    settings: {
      ...(runtime !== undefined && { runtime: runtime as Runtime }),
      ...(transport !== undefined && { transport: transport as Transport }),
      ...(values["entry-point"] !== undefined && { entryPoint: values["entry-point"] }),
    },
  };
}

function parseOptions(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        stage: { type: "string" },
        replicas: { type: "string" },
        service: { type: "string", multiple: true },
        runtime: { type: "string" },
        transport: { type: "string" },
        "entry-point": { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw usage(
      "arguments",
      error.message.split(". ")[0] ?? "unknown option",
      argv.join(" "),
      "npm run advise -- --help",
    );
  }
}

function usage(where: string, message: string, got: string, fix: string): InvalidInputError {
  return new InvalidInputError([{ path: where, message, got, fix }]);
}

/** The report for people: the verdict first, then why, then what was detected. */
function report(folder: string, server: ResolvedServer, advice: Advice): string {
  const { entryPoint, dependencies, resources, health, requiresRuntime } = server;
  const start = entryPoint.kind === "module" ? `-m ${entryPoint.value}` : entryPoint.value;
  const names = dependencies.map(({ name }) => name);
  const shown = names.length > 12 ? `${names.slice(0, 12).join(", ")} and ${names.length - 12} more` : names.join(", ");
  const rows: [string, string][] = [
    ["runtime", `${server.runtime}${requiresRuntime === undefined ? "" : ` ${requiresRuntime}`}`],
    ["entry point", [start, ...server.args].join(" ")],
    ["transport", server.transport],
    ["dependencies", shown || "none"],
    ...(server.transport === Transport.Http
      ? [["endpoint", `port ${server.port}, path ${server.path}`] as [string, string]]
      : []),
    ["metrics", `port ${server.metricsPort}`],
    [
      "resources",
      `at most ${resources.cpuLimit} CPU, ${resources.memoryLimit}; set aside ${resources.cpuReservation} CPU, ${resources.memoryReservation}`,
    ],
    [
      "health",
      `every ${health.intervalSeconds} s, time-out ${health.timeoutSeconds} s, ${health.retries} retries, start period ${health.startPeriodSeconds} s`,
    ],
  ];
  const reasons = advice.reasons.map(
    ({ target, because, evidence, decisive }) =>
      `  ${target.padEnd(10)} ${because} (${evidence})${decisive ? ", decisive" : ""}`,
  );
  return [
    `Recommended target for ${folder}: ${advice.target}`,
    "",
    "Reasons",
    ...(reasons.length > 0
      ? reasons
      : ["  nothing in its files asks for a container, and a process is the simplest target"]),
    "",
    "Detected, and the defaults applied",
    ...rows.map(([label, value]) => `  ${label.padEnd(12)} ${value}`),
    ...(server.warnings.length > 0 ? ["", "Warnings", ...server.warnings.map((warning) => `  ${warning}`)] : []),
  ].join("\n");
}

/** Everything but the texts of the server's files. */
function asJson({ inspection: _texts, ...server }: ResolvedServer, advice: Advice): object {
  return { target: advice.target, summary: advice.summary, reasons: advice.reasons, server };
}

if (require.main === module) run(() => main(process.argv.slice(2)));
