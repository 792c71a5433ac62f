import type * as pulumi from "@pulumi/pulumi";
import type { Integer } from "../integer";

/** The language runtime that executes the server. */
export const Runtime = { Python: "python", Node: "node" } as const;
export type Runtime = (typeof Runtime)[keyof typeof Runtime];

/** How clients talk to the server: over its standard streams, or by Streamable HTTP. */
export const Transport = { Stdio: "stdio", Http: "http" } as const;
export type Transport = (typeof Transport)[keyof typeof Transport];

/** Where a server runs. */
export const Target = { Process: "process", Docker: "docker", Kubernetes: "kubernetes" } as const;
export type Target = (typeof Target)[keyof typeof Target];

/** Where the sessions of clients live: nowhere, in the replica that a client is kept at, or in a Redis that all replicas share. */
export const Sessions = { None: "none", Affinity: "affinity", Redis: "redis" } as const;
export type Sessions = (typeof Sessions)[keyof typeof Sessions];

/** The MCP clients whose configuration this package knows. */
export const Client = {
  ClaudeDesktop: "claudeDesktop",
  ClaudeCode: "claudeCode",
  VsCode: "vscode",
  Cursor: "cursor",
  Windsurf: "windsurf",
  Gemini: "gemini",
  Codex: "codex",
} as const;
export type Client = (typeof Client)[keyof typeof Client];

/** How the Dockerfile that is written for a server is laid out: with a build stage of its own, or in one stage. */
export const ImageLayout = { MultiStage: "multi-stage", Lightweight: "lightweight" } as const;
export type ImageLayout = (typeof ImageLayout)[keyof typeof ImageLayout];

/** What becomes of image references that may mean another image tomorrow. */
export const ImagePinning = { Refuse: "refuse", Warn: "warn", Off: "off" } as const;
export type ImagePinning = (typeof ImagePinning)[keyof typeof ImagePinning];

/** The vulnerability scanners that are known. */
export const Scanner = { Trivy: "trivy", Grype: "grype" } as const;
export type Scanner = (typeof Scanner)[keyof typeof Scanner];

/** How bad a known vulnerability is. */
export const Severity = { Critical: "critical", High: "high", Medium: "medium", Low: "low" } as const;
export type Severity = (typeof Severity)[keyof typeof Severity];

/** A scan of the built image for known vulnerabilities, by a scanner that is installed on this machine. */
export interface ScanArgs {
  /** The scanner: "trivy" or "grype". Defaults to the one that is installed, trivy before grype. */
  scanner?: pulumi.Input<Scanner>;
  /** The least severity that fails the deployment: "critical", "high", "medium" or "low". Defaults to "high". */
  severity?: pulumi.Input<Severity>;
  /** Whether vulnerabilities without a fixed version fail the deployment, too. Defaults to false. */
  unfixed?: pulumi.Input<boolean>;
  /** Ids of vulnerabilities that are accepted, such as "CVE-2026-1234". Defaults to none. */
  ignore?: pulumi.Input<pulumi.Input<string>[]>;
  /** File that the image's SBOM is written to, as CycloneDX JSON; absolute or relative to the Pulumi project. Defaults to none. */
  sbom?: pulumi.Input<string>;
}

/** How a server's image is built, or which image is deployed as it is. */
export interface ImageArgs {
  /** Image that exists already and is deployed as it is, with a pinned tag or a digest, such as "ghcr.io/acme/weather:1.4.2". Of the other fields only `pinning`, `scan` and `platform` go with it. Defaults to none: the image is built from `source`. */
  reference?: pulumi.Input<string>;
  /** The server's own Dockerfile, relative to `source`. Defaults to "Dockerfile" where the folder has one, else one is written. */
  dockerfile?: pulumi.Input<string>;
  /** Layout of a written Dockerfile: "multi-stage" or "lightweight". Defaults to "multi-stage". */
  layout?: pulumi.Input<ImageLayout>;
  /** Image that a written Dockerfile starts from, with a pinned tag or a digest. Defaults to "python:3.11-slim" or "node:22-slim", or the first newer one that the folder accepts. */
  base?: pulumi.Input<string>;
  /** Whether the system's security updates are installed on top of the base. Defaults to false. */
  securityUpdates?: pulumi.Input<boolean>;
  /** System packages to install, by the base's package manager. Defaults to none. */
  systemPackages?: pulumi.Input<pulumi.Input<string>[]>;
  /** System packages that only the installation of the dependencies needs, such as a compiler. Defaults to none. */
  buildPackages?: pulumi.Input<pulumi.Input<string>[]>;
  /** Build arguments, such as PIP_INDEX_URL, NPM_CONFIG_REGISTRY or HTTPS_PROXY. No secrets: see `buildSecrets`. Defaults to none. */
  buildArgs?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Build arguments that are secret, such as a PIP_INDEX_URL with a password, or NPM_TOKEN. They exist in the build stage only and in no layer or history of the image. Defaults to none. @secret */
  buildSecrets?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Registry that images of Docker Hub are taken from, such as "mirror.example.com/hub", for a written Dockerfile. Defaults to Docker Hub. */
  mirror?: pulumi.Input<string>;
  /** PEM file with further certificate authorities, such as a company's, for the build and the server; absolute or relative to the Pulumi project. Defaults to none. */
  caCertificate?: pulumi.Input<string>;
  /** Any text, such as "2026-11": a change of it installs system packages, security updates and dependencies anew. Defaults to none. */
  refresh?: pulumi.Input<string>;
  /** What becomes of images that are not pinned: "refuse" refuses every tag without a version, "warn" warns of them and refuses `latest`, "off" warns of `latest`. Defaults to "warn". */
  pinning?: pulumi.Input<ImagePinning>;
  /** URL of the source repository, for the image's label. Defaults to the one that package.json names. */
  repository?: pulumi.Input<string>;
  /** Scan for known vulnerabilities before the image is deployed. Defaults to none. */
  scan?: pulumi.Input<ScanArgs>;
  /** Platform to build for, or to pull `reference` for, such as "linux/amd64". Defaults to Linux on this machine's architecture; for `reference` to that of the Docker Engine. */
  platform?: pulumi.Input<string>;
}

/** Where images are pushed. */
export interface RegistryArgs {
  /** Host of the registry, such as "ghcr.io" or "registry.example.com:5000". */
  server: pulumi.Input<string>;
  /** Path before the image's name, such as "acme/mcp". Defaults to none. */
  namespace?: pulumi.Input<string>;
  /** User to push as. Defaults to the login in the Docker configuration of this machine. */
  username?: pulumi.Input<string>;
  /** Password or token of that user. Always a secret. Defaults to the login in the Docker configuration of this machine. @secret */
  password?: pulumi.Input<string>;
}

/** CPU and memory that the server may use at most, and what is set aside for it. */
export interface ResourcesArgs {
  /** Most CPU the server may use, in cores. Defaults to 0.5. */
  cpuLimit?: pulumi.Input<number>;
  /** Most memory the server may use, as a quantity such as "512Mi" or "1Gi". Defaults to "512Mi". */
  memoryLimit?: pulumi.Input<string>;
  /** CPU set aside for the server, in cores. Defaults to 0.25. */
  cpuReservation?: pulumi.Input<number>;
  /** Memory set aside for the server, as a quantity. Defaults to "256Mi". */
  memoryReservation?: pulumi.Input<string>;
}

/** How the platform learns that the server is ready and healthy. */
export interface HealthArgs {
  /** HTTP path that answers 2xx when the server can take work. Defaults to "/readyz". A server without it counts as ready once it answers HTTP at all. */
  readinessPath?: pulumi.Input<string>;
  /** HTTP path that answers 2xx while the server is alive. Defaults to "/healthz". */
  livenessPath?: pulumi.Input<string>;
  /** Seconds between two checks. Defaults to 30. */
  intervalSeconds?: pulumi.Input<Integer>;
  /** Seconds after which one check counts as failed. Defaults to 10. */
  timeoutSeconds?: pulumi.Input<Integer>;
  /** Seconds that a server may take to start before failed checks count. Defaults to 40. */
  startPeriodSeconds?: pulumi.Input<Integer>;
  /** Failed checks in a row after which the server is unhealthy. Defaults to 3. */
  retries?: pulumi.Input<Integer>;
  /** Command in the container that ends with 0 while the server is healthy; for Kubernetes, in place of the paths. Defaults to none: the paths are asked where they are set or the code has them, else the port is connected to. */
  command?: pulumi.Input<pulumi.Input<string>[]>;
}

/** How a stdio server is served by Streamable HTTP in a container: one process of it for each session. */
export interface BridgeArgs {
  /** Most sessions at a time; further ones are refused with HTTP 503. Defaults to what the memory limit has room for at 64 MiB each, at most 50. */
  maxSessions?: pulumi.Input<Integer>;
  /** Seconds after which a session that nobody uses ends, and its process with it. Defaults to 300. */
  idleTimeoutSeconds?: pulumi.Input<number>;
  /** Whether clients of revision 2026-07-28, which has no sessions, are served without: by one process that they share. Defaults to false: they fall back to a revision with sessions. */
  stateless?: pulumi.Input<boolean>;
}

/** Development in a container: an edit is live without a rebuild. */
export interface DevelopArgs {
  /** Whether the source folder is mounted, read-only, and the server restarted when a file in it changes. Defaults to true. */
  mount?: pulumi.Input<boolean>;
  /** Port on 127.0.0.1 of the debugger: debugpy for Python, the inspector for Node. Defaults to none. */
  debugPort?: pulumi.Input<Integer>;
}

/**
 * What a server is, wherever it runs. Only `source` is needed, or `image.reference` for an image that exists already:
 * the rest is detected from the folder or defaulted.
 * Everything but `env` and `secrets` decides which resources exist, so it must be known at preview.
 */
export interface McpServerArgs {
  /** Folder of the server's source, absolute or relative to the Pulumi project. Defaults to none: then `image.reference` names what is deployed. */
  source?: pulumi.Input<string>;
  /** Language runtime. Defaults to what the folder's files say: requirements.txt, pyproject.toml or fastmcp.json for Python, package.json for Node. */
  runtime?: pulumi.Input<Runtime>;
  /** Transport of the server. Defaults to what the entry point's own code says, else stdio; without `source` to http, with `launchedByClient` to stdio. */
  transport?: pulumi.Input<Transport>;
  /** What starts the server, relative to `source`: a file ("server.py", "dist/index.js") or a Python module ("-m my_server"). Defaults to what the folder declares. */
  entryPoint?: pulumi.Input<string>;
  /** Arguments passed to the server after its entry point; to an image that exists already, in place of its own command. Defaults to none. Never put secrets here. */
  args?: pulumi.Input<pulumi.Input<string>[]>;
  /** TCP port of the MCP endpoint, for HTTP servers. The server gets it as PORT and FASTMCP_PORT. Defaults to the constant port that its code listens on, where there is one, else 8080. */
  port?: pulumi.Input<Integer>;
  /** TCP port of the Prometheus metrics, passed to the server as METRICS_PORT. Defaults to 8000. */
  metricsPort?: pulumi.Input<Integer>;
  /** HTTP path of the MCP endpoint. Defaults to the constant path in its code, where there is one, else "/mcp". */
  path?: pulumi.Input<string>;
  /** Environment variables that are no secret. Defaults to none. */
  env?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Environment variables whose values are secret, whatever way they are passed in. Defaults to none. @secret */
  secrets?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
  /** Where sessions live: "none" for a server without sessions, "affinity" to keep each client at one replica, "redis" for a server that shares them in the Redis of REDIS_URL. Defaults to none of these: then there is one replica. */
  sessions?: pulumi.Input<Sessions>;
  /** Seconds that a call of a tool may take at most. Proxies wait that long, and a container that is to end gets that long. Defaults to 60. */
  callTimeoutSeconds?: pulumi.Input<Integer>;
  /** Whether a layer is loaded into the server, whose code stays as it is, that gives it metrics on `metricsPort`, logs in JSON, /healthz and /readyz where it has none, and a graceful end; for HTTP servers that are run from `source`. Defaults to true unless the server depends on a metrics library itself. */
  telemetry?: pulumi.Input<boolean>;
  /** CPU and memory. Defaults to the limits 0.5 CPU and 512Mi, and the reservations 0.25 CPU and 256Mi. */
  resources?: pulumi.Input<ResourcesArgs>;
  /** Health checks. Defaults to every 30 s, a time-out of 10 s, 3 retries and a start period of 40 s. */
  health?: pulumi.Input<HealthArgs>;
  /** How the server's image is built, or which one is deployed as it is, for targets that need one. Defaults to the guidelines' multi-stage build. */
  image?: pulumi.Input<ImageArgs>;
  /** Where the image is pushed. Defaults to none: the image stays on the Docker Engine that built it. */
  registry?: pulumi.Input<RegistryArgs>;
  /** How containers serve a stdio server by HTTP. Defaults to one process a session, an idle time-out of 300 s, and as many sessions as the memory has room for. */
  bridge?: pulumi.Input<BridgeArgs>;
  /** Whether clients start the container of a stdio server themselves, with `docker run -i`; for Docker. Defaults to false: the bridge serves it. */
  launchedByClient?: pulumi.Input<boolean>;
  /** Development settings; for Docker. Defaults to none: the image holds the source. */
  develop?: pulumi.Input<DevelopArgs>;
  /** MCP clients into whose configuration file of this user the server is entered. Defaults to none: `clients` of the component says what to paste. */
  clients?: pulumi.Input<pulumi.Input<Client>[]>;
}
