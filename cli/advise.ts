import * as path from "node:path";
import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
// Not from components/server itself: that loads the Pulumi SDK, which costs more than all of this.
import { type Advice, advise } from "../components/server/advisor";
import { Runtime, Transport } from "../components/server/args";
import { resolve } from "../components/server/resolve";
import type { ResolvedServer } from "../components/server/resolved";
import { slug } from "../components/server/validate";
import { toJson } from "./cli";

export const define = (command: Command) =>
  command
    .description(
      "Reads an MCP server's folder and says where the server belongs: a local process, Docker or Kubernetes.",
    )
    .argument("<folder>", "folder of the server")
    .addOption(new Option("--stage <stage>", "what it is for").choices(["development", "production"] as const))
    .option("--replicas <n>", "replicas wanted", replicaCount)
    .option("--service <name>", "a service deployed beside the server, such as redis; as often as needed", append, [])
    .addOption(new Option("--runtime <runtime>", "where the folder leaves it open").choices(Object.values(Runtime)))
    .addOption(new Option("--transport <transport>", "where the code leaves it open").choices(Object.values(Transport)))
    .option("--entry-point <file>", "what starts the server, where the folder leaves it open")
    .option("--json", "print JSON")
    .action((folder, { json, stage, replicas, service: services, ...settings }) => {
      const server = resolve(slug(path.basename(path.resolve(folder))), { source: folder, ...settings });
      const context = { services, ...(stage && { stage }), ...(replicas && { replicas }) };
      const advice = advise(server, context);
      process.stdout.write(`${json ? toJson(asJson(server, advice)) : report(folder, server, advice)}\n`);
    });

function replicaCount(given: string): number {
  if (/^[1-9]\d{0,3}$/.test(given)) return Number(given);
  throw new InvalidArgumentError("This is no number of replicas; give a whole number from 1 to 9999.");
}

const append = (given: string, before: string[]): string[] => [...before, given];

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
