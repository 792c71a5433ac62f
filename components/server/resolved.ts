import type { Unwrap } from "../pulumi";
import type {
  BridgeArgs,
  HealthArgs,
  ImageArgs,
  McpServerArgs,
  ResourcesArgs,
  Runtime,
  Sessions,
  Transport,
} from "./args";
import type { Dependency, EntryPoint } from "./detection";
import type { Inspection } from "./inspection";

/** ImageArgs as plain values. `buildSecrets` stay outputs and are not part of it. */
export interface ImageSettings extends Unwrap<Omit<ImageArgs, "buildSecrets">> {}

/** The fields of McpServerArgs that shape a server, as plain values: what `resolve` works on. Those that may be outputs are not part of it. */
export interface ServerSettings extends Unwrap<Omit<McpServerArgs, "env" | "secrets" | "registry" | "image">> {
  image?: ImageSettings;
}

/** Settings of a server whose source is there. */
export interface SourceSettings extends ServerSettings {
  source: string;
}

/** BridgeArgs with their defaults. */
export type BridgeSettings = Required<Unwrap<BridgeArgs>>;

/** How an orchestrator asks a server for its health: by HTTP paths that it has, by a command, or by a TCP connect. */
export type Probe = { kind: "http" } | { kind: "command"; command: string[] } | { kind: "tcp" };

/** What targets need to know of a server to run its image, whether there is a source or not. No target derives any of this again. */
export interface DeployedServer {
  name: string;
  /** Image that exists already and is deployed as it is; undefined when the image is built from the source. */
  imageReference: string | undefined;
  transport: Transport;
  /** Arguments of the server. Those of an image that exists already replace its own command; empty, they leave it alone. */
  args: string[];
  port: number;
  metricsPort: number;
  path: string;
  resources: Required<Unwrap<ResourcesArgs>>;
  health: Required<Omit<Unwrap<HealthArgs>, "command">>;
  probe: Probe;
  /** Where sessions live; undefined when nothing was said. */
  sessions: Sessions | undefined;
  callTimeoutSeconds: number;
  /** Whether the layer for metrics, logs and health is loaded into the server. */
  telemetry: boolean;
  /** Whether there are metrics on `metricsPort`: by the layer, by the server itself, or by the bridge. */
  exposesMetrics: boolean;
  /** How a container serves a stdio server. */
  bridge: BridgeSettings;
  /** Whether clients start the container of a stdio server themselves. */
  launchedByClient: boolean;
  /** Development settings; undefined in production. */
  develop: { mount: boolean; debugPort: number | undefined } | undefined;
  /** What deserves the user's attention and stops nothing, such as a port in the code that differs from the one set. */
  warnings: string[];
}

/** A server with everything decided that its source says. */
export interface ResolvedServer extends DeployedServer {
  /** Absolute path of the source folder. */
  source: string;
  runtime: Runtime;
  entryPoint: EntryPoint;
  /** The minimum version the folder itself asks for, such as ">=3.11" or ">=22"; undefined when it says nothing. */
  requiresRuntime: string | undefined;
  /** Files that decide the dependencies (lock and requirement files), relative to the folder, sorted. */
  dependencyFiles: string[];
  /** Dependencies that the folder itself declares for its runtime, sorted by name. */
  dependencies: Dependency[];
  /** What was read from the folder: the advisor's evidence. */
  inspection: Inspection;
}

/** Whether there is a source, which detection and advice are about, and which an image can be built from. */
export const hasSource = (server: DeployedServer): server is ResolvedServer => "source" in server;
