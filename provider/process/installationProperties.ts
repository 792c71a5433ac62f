import type { Runtime } from "../../runtime/layer";

/** Inputs of a server's installation on this machine. */
export interface InstallationInputs {
  server: string;
  /** Key of the server's folder on this machine. */
  instance: string;
  runtime: Runtime;
  /** Absolute path of the source folder. */
  source: string;
  sourceDigest: string;
  /** Files that decide the dependencies, relative to the folder. */
  dependencyFiles: string[];
  dependencyDigest: string;
  /** Python requirements of a folder that has no requirements.txt. */
  requirements: string[];
  /** Version of the runtime that the folder asks for, such as ">=3.11"; empty when it says nothing. */
  requiresRuntime: string;
  /** Digest of the telemetry layer that is loaded into the server; empty for none. */
  telemetry: string;
}

export interface InstallationOutputs extends InstallationInputs {
  /** Absolute path of the server's folder. */
  folder: string;
  /** Name of the newest release, a folder below `releases`. */
  release: string;
  /** Path of the interpreter relative to a release, or absolute. */
  interpreter: string;
}
