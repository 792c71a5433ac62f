import * as path from "node:path";
import { Runtime, Transport } from "./args";
import { DEFAULTS } from "./defaults";
import type { Detection } from "./detection";
import { InvalidInputError, type Problem } from "./errors";
import { type Inspection, inspectFolder } from "./inspect";
import { detectNode } from "./node";
import { decideProbe } from "./probe";
import { detectPython } from "./python";
import type { ResolvedServer, ServerSettings } from "./resolved";
import { chooseRuntime } from "./runtime";
import { decideTransport, type TransportDecision } from "./transport";
import { validateHttpPath, validateKinds, validateName, validatePort, validatePortPair } from "./validate";
import { bridgeSettings, bridgeWarnings, validateBridge, validateLaunch } from "./validateBridge";
import { validateCallTimeout, validateHealth } from "./validateHealth";
import { validateResources } from "./validateResources";

export interface ResolveOptions {
  /** Where the settings come from, such as `mcp:servers[0]`: it is put before the field of each problem. */
  path?: string;
  /** What was read from the folder before; left out, the folder is read now. */
  inspection?: Inspection;
}

/**
 * Decides everything about a server that its settings leave open, from its folder and the guidelines' defaults, and validates all of it.
 * Pure but for reading the folder.
 * @throws InvalidInputError with every problem found, not only the first.
 */
export function resolve(name: string, settings: ServerSettings, options: ResolveOptions = {}): ResolvedServer {
  const problems = validateSettings(name, settings);
  const kindsAreKnown = validateKinds(settings).length === 0;
  const inspection = attempt(
    problems,
    () => options.inspection ?? inspectFolder(settings.source, fileOf(settings.entryPoint)),
  );
  const detected = inspection && kindsAreKnown ? detect(inspection, settings, problems) : undefined;

  const listening = detected?.listening ?? {};
  const port = settings.port ?? listening.port ?? DEFAULTS.port;
  const metricsPort = settings.metricsPort ?? DEFAULTS.metricsPort;
  const mcpPath = settings.path ?? listening.path ?? DEFAULTS.path;
  if (settings.port === undefined) problems.push(...validatePort(port));
  if (settings.path === undefined) problems.push(...validateHttpPath(mcpPath, "path"));
  problems.push(...validatePortPair(port, metricsPort));
  if (detected) problems.push(...validateLaunch(settings, detected.transport));

  if (problems.length > 0 || detected?.entryPoint === undefined || inspection === undefined) {
    throw new InvalidInputError(problems.map((problem) => ({ ...problem, path: prefix(options.path, problem.path) })));
  }
  const { develop, launchedByClient = false, sessions } = settings;
  const resources = { ...DEFAULTS.resources, ...defined(settings.resources) };
  const { command: _, ...health } = { ...DEFAULTS.health, ...defined(settings.health) };
  const bridge = bridgeSettings(defined(settings.bridge), resources.memoryLimit);
  return {
    name,
    source: inspection.folder,
    runtime: detected.runtime,
    transport: detected.transport,
    entryPoint: detected.entryPoint,
    args: [...launchArgs(detected, port, mcpPath, settings.args), ...(settings.args ?? [])],
    port,
    metricsPort,
    path: mcpPath,
    resources,
    health,
    probe: decideProbe(settings, detected.transport, health, inspection),
    sessions,
    callTimeoutSeconds: settings.callTimeoutSeconds ?? DEFAULTS.callTimeoutSeconds,
    bridge,
    launchedByClient,
    develop: develop && { mount: develop.mount ?? true, debugPort: develop.debugPort },
    requiresRuntime: detected.requiresRuntime,
    dependencyFiles: detected.dependencyFiles,
    dependencies: detected.dependencies,
    warnings: [
      ...detected.warnings,
      ...listeningWarnings(detected, port, mcpPath),
      ...installWarnings(detected),
      ...bridgeWarnings({ transport: detected.transport, launchedByClient, bridge, resources }),
    ],
    inspection,
  };
}

/** What is wrong with the settings by themselves, before the folder is looked at. */
function validateSettings(name: string, settings: ServerSettings): Problem[] {
  const { port, metricsPort, path: mcpPath } = settings;
  return [
    ...validateName(name),
    ...validateKinds(settings),
    ...(port === undefined ? [] : validatePort(port)),
    ...(metricsPort === undefined ? [] : validatePort(metricsPort, "metricsPort")),
    ...(mcpPath === undefined ? [] : validateHttpPath(mcpPath, "path")),
    ...validateResources({ ...DEFAULTS.resources, ...defined(settings.resources) }),
    ...validateBridge(settings),
    ...validateCallTimeout(settings.callTimeoutSeconds),
    ...validateHealth({ ...DEFAULTS.health, ...defined(settings.health) }),
  ];
}

/** A detection with the runtime and the transport decided. */
interface Detected extends Detection, Omit<TransportDecision, "problems"> {
  runtime: Runtime;
  /** What the code says it listens on, for HTTP. */
  listening: { port?: number; host?: string; path?: string; file?: string };
}

function detect(inspection: Inspection, settings: ServerSettings, problems: Problem[]): Detected | undefined {
  const choice = chooseRuntime(inspection, settings);
  if ("problem" in choice) {
    problems.push(choice.problem);
    return undefined;
  }
  const detection = (choice.runtime === Runtime.Python ? detectPython : detectNode)(inspection, settings.entryPoint);
  problems.push(...detection.problems);
  if (detection.entryPoint === undefined) return undefined;
  const decision = decideTransport(settings.transport, detection.transports);
  problems.push(...decision.problems);
  const http =
    decision.transport === Transport.Http
      ? detection.transports.filter((item) => item.transport === Transport.Http)
      : [];
  const listening = http.find((item) => item.port !== undefined) ?? http[0] ?? {};
  return { ...detection, ...decision, runtime: choice.runtime, listening };
}

/** The FastMCP CLI gets what FastMCP's own `run()` would: the server, and where it listens. Its host comes from FASTMCP_HOST. */
function launchArgs({ launcher, transport }: Detected, port: number, mcpPath: string, args: string[] = []): string[] {
  if (launcher === undefined) return [];
  const listen = transport === Transport.Http ? ["--port", String(port), "--path", mcpPath] : [];
  const own = ["run", launcher.target, "--skip-env", "--no-banner", "--transport", transport, ...listen];
  return args.length > 0 ? [...own, "--"] : own;
}

function listeningWarnings({ listening, launcher }: Detected, port: number, mcpPath: string): string[] {
  const { port: ownPort, host, path: ownPath, file } = listening;
  const isTold = launcher !== undefined;
  return [
    ...(ownPort !== undefined && ownPort !== port && !isTold
      ? [
          `port is set to ${port}, but ${file} listens on ${ownPort} whatever PORT says: read PORT there, or set \`port: ${ownPort}\``,
        ]
      : []),
    ...(ownPath !== undefined && ownPath !== mcpPath && !isTold
      ? [`path is set to ${mcpPath}, but ${file} serves ${ownPath}: set \`path: ${ownPath}\``]
      : []),
    ...(host !== undefined && /^(127\.|localhost$|::1$)/.test(host)
      ? [
          `${file} listens on ${host} only, which nothing outside its container reaches: leave the host out there, or use 0.0.0.0`,
        ]
      : []),
  ];
}

function installWarnings({ runtime, dependencyFiles }: Detected): string[] {
  if (dependencyFiles.length > 0) return [];
  const file = runtime === Runtime.Python ? "requirements.txt or pyproject.toml" : "package.json";
  return [`the folder has no ${file}, so no dependency is installed for the server`];
}

function attempt<T>(problems: Problem[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** The entry point when it is a file of the folder, whatever else is wrong with it. */
function fileOf(entryPoint: string | undefined): string | undefined {
  return entryPoint === undefined || entryPoint.startsWith("-")
    ? undefined
    : path.posix.normalize(entryPoint.replaceAll("\\", "/"));
}

/** Without the fields that are undefined, which would hide defaults. */
function defined<T extends object>(value: T | undefined): Partial<{ [K in keyof T]: NonNullable<T[K]> }> {
  return Object.fromEntries(
    Object.entries(value ?? {}).filter(([, field]) => field !== undefined && field !== null),
  ) as Partial<{
    [K in keyof T]: NonNullable<T[K]>;
  }>;
}

function prefix(path: string | undefined, field: string): string {
  return path === undefined ? field : `${path}.${field}`;
}
