import { InvalidInputError, type Problem } from "../../common/errors";
import { Target, Transport } from "./args";
import { DEFAULTS } from "./defaults";
import { type Detected, detectSource, installWarnings, launchArgs, listeningWarnings } from "./detectSource";
import type { Inspection } from "./inspection";
import { decideProbe } from "./probe";
import type { DeployedServer, ResolvedServer, ServerSettings, SourceSettings } from "./resolved";
import { decideTelemetry, validateTelemetry } from "./telemetry";
import { validateHttpPath, validateKinds, validateName, validatePort, validatePortPair } from "./validate";
import { bridgeSettings, bridgeWarnings, validateBridge, validateLaunch } from "./validateBridge";
import { validateCallTimeout, validateHealth } from "./validateHealth";
import { checkPrebuilt, validatePrebuiltTransport, validateProcess } from "./validatePrebuilt";
import { validateResources } from "./validateResources";

export interface ResolveOptions {
  /** Where the settings come from, such as `mcp:servers[0]`: it is put before the field of each problem. */
  path?: string;
  /** What was read from the folder before; left out, the folder is read now. */
  inspection?: Inspection;
  /** Where the server is to run: a process needs a source, a container an image. Left out, either will do. */
  target?: Target;
}

/** Options for a target that runs the source. */
interface ProcessOptions extends ResolveOptions {
  target: typeof Target.Process;
}

/**
 * Decides everything about a server that its settings leave open, from its folder and the guidelines' defaults, and
 * validates all of it. An image that exists already needs no folder; with one, that says what the image does.
 * Pure but for reading the folder.
 * @throws InvalidInputError with every problem found, not only the first.
 */
export function resolve(name: string, settings: SourceSettings, options?: ResolveOptions): ResolvedServer;
export function resolve(name: string, settings: ServerSettings, options: ProcessOptions): ResolvedServer;
export function resolve(name: string, settings: ServerSettings, options?: ResolveOptions): DeployedServer;
export function resolve(name: string, settings: ServerSettings, options: ResolveOptions = {}): DeployedServer {
  const { source } = settings;
  const prebuilt = checkPrebuilt(settings);
  const { detected, problems: found } =
    source === undefined ? { problems: [] } : detectSource({ ...settings, source }, options.inspection);
  const problems = [
    ...validateSettings(name, settings),
    ...prebuilt.problems,
    ...(options.target === Target.Process ? validateProcess(settings) : []),
    ...found,
  ];

  const listening = detected?.listening ?? {};
  const port = settings.port ?? listening.port ?? DEFAULTS.port;
  const metricsPort = settings.metricsPort ?? DEFAULTS.metricsPort;
  const mcpPath = settings.path ?? listening.path ?? DEFAULTS.path;
  const transport = source === undefined ? imageTransport(settings) : detected?.transport;
  if (settings.port === undefined) problems.push(...validatePort(port));
  if (settings.path === undefined) problems.push(...validateHttpPath(mcpPath, "path"));
  problems.push(...validatePortPair(port, metricsPort));
  if (transport && validateKinds(settings).length === 0)
    problems.push(
      ...validateLaunch(settings, transport),
      ...validatePrebuiltTransport(settings, transport),
      ...validateTelemetry(settings, transport),
    );
  if (problems.length > 0 || transport === undefined) {
    throw new InvalidInputError(problems.map((problem) => ({ ...problem, path: prefix(options.path, problem.path) })));
  }

  const { develop, launchedByClient = false, args = [], sessions } = settings;
  const imageReference = settings.image?.reference;
  const isBuilt = imageReference === undefined;
  const resources = { ...DEFAULTS.resources, ...defined(settings.resources) };
  const { command: _, ...health } = { ...DEFAULTS.health, ...defined(settings.health) };
  const telemetry = decideTelemetry(settings, transport, detected, options.target);
  const bridge = bridgeSettings(defined(settings.bridge), resources.memoryLimit);
  return {
    name,
    imageReference,
    transport,
    args: isBuilt && detected ? [...launchArgs(detected, port, mcpPath, args), ...args] : args,
    port,
    metricsPort,
    path: mcpPath,
    resources,
    health,
    probe: decideProbe(settings, transport, health, detected?.inspection, telemetry.telemetry),
    sessions,
    callTimeoutSeconds: settings.callTimeoutSeconds ?? DEFAULTS.callTimeoutSeconds,
    ...telemetry,
    bridge,
    launchedByClient,
    develop: develop && { mount: develop.mount ?? true, debugPort: develop.debugPort },
    warnings: [
      ...prebuilt.warnings,
      ...(detected ? [...detected.warnings, ...listeningWarnings(detected, port, mcpPath)] : []),
      ...(detected && isBuilt ? installWarnings(detected) : []),
      ...bridgeWarnings({ transport, launchedByClient, bridge, resources }),
    ],
    ...(detected && sourceFacts(detected)),
  };
}

/** What an image speaks whose source is not there: what clients start has streams, and what runs by itself HTTP. */
const imageTransport = ({ transport, launchedByClient }: ServerSettings): Transport =>
  transport ?? (launchedByClient ? Transport.Stdio : Transport.Http);

/** What only a source says. */
function sourceFacts(detected: Detected): Omit<ResolvedServer, keyof DeployedServer> {
  const { inspection, runtime, entryPoint, requiresRuntime, dependencyFiles, dependencies } = detected;
  return { source: inspection.folder, runtime, entryPoint, requiresRuntime, dependencyFiles, dependencies, inspection };
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
