import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { exitAfter } from "../cli/exit";
import { startProgress } from "../cli/progress";
import { Skipped } from "./docker";
import { dockerBuild, dockerFirst } from "./dockerFirst";
import { dockerGrowth } from "./dockerGrowth";
import { dockerNoop } from "./dockerNoop";
import { failures } from "./failures";
import { firstCall } from "./firstCall";
import { growth } from "./growth";
import { imageSize } from "./imageSize";
import { kubernetesCall } from "./kubernetesCall";
import { kubernetesGrowth } from "./kubernetesGrowth";
import { kubernetesNoop } from "./kubernetesNoop";
import { kubernetesUp } from "./kubernetesUp";
import { type Comparison, MIN_RUNS } from "./measure";
import { noopUp } from "./noopUp";
import { peers } from "./peers";
import { podReady } from "./podReady";
import { programStart } from "./programStart";
import { providerStart } from "./providerStart";
import { rebuild } from "./rebuild";
import { reportJson, reportText, type Skip, skippedText } from "./report";
import type { Benchmark } from "./settings";
import { telemetry } from "./telemetry";

const BENCHMARKS: Benchmark[] = [
  programStart,
  providerStart,
  noopUp,
  growth,
  firstCall,
  imageSize,
  rebuild,
  dockerNoop,
  dockerFirst,
  dockerBuild,
  dockerGrowth,
  peers,
  failures,
  kubernetesUp,
  kubernetesNoop,
  kubernetesGrowth,
  kubernetesCall,
  podReady,
  telemetry,
];
const NAMES = BENCHMARKS.map(({ name }) => name);

const HELP = `npm run bench -- [names...] [--runs N] [--json]

Compares side by side and prints medians and ratios. Without names, all:
${BENCHMARKS.map(({ name, summary }) => `  ${name.padEnd(17)} ${summary}`).join("\n")}

Options:
  --runs N    Runs of each side, at least ${MIN_RUNS}. Defaults to ${MIN_RUNS}.
  --json      Print the result as JSON on stdout, and nothing else there.
  -h, --help  Show this help.
`;

/** Runs the benchmarks of a command line. Figures go to stdout, progress to stderr; a missed goal is no failure. */
export async function main(argv: string[]): Promise<number> {
  const { names, runs, json, help } = readOptions(argv);
  if (help) {
    process.stdout.write(HELP);
    return 0;
  }
  const display = startProgress("Benchmarks: the machine should have nothing else to do.");
  const found: Comparison[] = [];
  const skipped: Skip[] = [];
  const failed: string[] = [];
  try {
    for (const benchmark of BENCHMARKS.filter(({ name }) => names.includes(name))) {
      try {
        found.push(...(await benchmark.run({ runs, progress: (text) => display.update(text) })));
      } catch (error) {
        // What has been measured so far is not lost.
        if (!(error instanceof Skipped)) failed.push(`${benchmark.name} failed: ${(error as Error).message}`);
        else skipped.push({ name: benchmark.name, reason: error.message });
      }
      if (!json) display.log(`Done: ${benchmark.name}`);
    }
  } finally {
    display.stop();
  }
  const text = [machineText(), reportText(found), skippedText(skipped)].filter(Boolean).join("\n\n");
  process.stdout.write(json ? `${reportJson(found, skipped)}\n` : `\n${text}\n`);
  for (const text of failed) process.stderr.write(`${text}\n`);
  return failed.length > 0 ? 1 : 0;
}

function readOptions(argv: string[]): { names: string[]; runs: number; json: boolean; help: boolean } {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { runs: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  const unknown = positionals.find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw new Error(`Unknown benchmark ${unknown}. There are: ${NAMES.join(", ")}.`);
  const runs = Number(values.runs ?? MIN_RUNS);
  if (!Number.isInteger(runs) || runs < MIN_RUNS) {
    throw new Error(`--runs takes a whole number of at least ${MIN_RUNS}, got ${values.runs}.`);
  }
  const names = positionals.length > 0 ? positionals : NAMES;
  return { names, runs, json: values.json === true, help: values.help === true };
}

/** What the figures depend on. A load well above the number of processors means that others are at work. */
function machineText(): string {
  const [load = 0] = loadavg();
  return `Node ${process.version}, ${cpus().length} processors, load ${load.toFixed(1)} over the last minute`;
}

if (require.main === module) void exitAfter(() => main(process.argv.slice(2)));
