import type { InstallationInputs } from "../../provider/process/installationProperties";
import type { ProcessInputs } from "../../provider/process/process";
import { layerDigest, NODE_LAYER } from "../../runtime/layer";
import type { McpCheckArgs } from "../check";
import type { EndpointOutputs } from "../clients/entries";
import { nodeOptions } from "../image/telemetry";
import type { InputsOf } from "../inputsOf";
import * as pulumi from "../pulumi";
import {
  declaredRequirements,
  dependencyDigest,
  launchCommand,
  listenEnv,
  type McpServerArgs,
  moduleEnv,
  type ResolvedServer,
  sourceDigest,
} from "../server";
import type { Installation } from "./resources";

/** Servers of the process target can be reached from this machine only. */
const HOST = "127.0.0.1";

type Variables = Pick<McpServerArgs, "env" | "secrets">;

/** URL of an HTTP server's MCP endpoint. */
export const url = ({ port, path }: ResolvedServer): string => `http://${HOST}:${port}${path}`;

/** Inputs of the server's installation on this machine. */
export function installationInputs(
  server: ResolvedServer,
  instance: pulumi.Input<string>,
): InputsOf<InstallationInputs> {
  return {
    server: server.name,
    instance,
    runtime: server.runtime,
    source: server.source,
    sourceDigest: sourceDigest(server.source),
    dependencyFiles: server.dependencyFiles,
    dependencyDigest: dependencyDigest(server.source, server.dependencyFiles),
    requirements: declaredRequirements(server.inspection),
    requiresRuntime: server.requiresRuntime ?? "",
    telemetry: server.telemetry ? layerDigest(server.runtime) : "",
  };
}

/** Inputs of an HTTP server's process. It runs from its release, so that a failed update can go back to the one before. */
export function processInputs(
  server: ResolvedServer,
  instance: pulumi.Input<string>,
  installation: Installation,
  { env, secrets }: Variables,
): InputsOf<ProcessInputs> {
  const root = pulumi.interpolate`${installation.folder}/${newRelease(installation)}`;
  const launch = launchFrom(server, root, installation);
  return {
    server: server.name,
    instance,
    release: installation.release,
    cwd: root,
    command: launch.command,
    args: launch.args,
    env: serverEnv(server, root, env),
    secretEnv: pulumi.secret(secrets ?? {}),
    host: HOST,
    port: server.port,
    readinessPath: server.health.readinessPath,
    startTimeoutSeconds: server.health.startPeriodSeconds,
  };
}

export const activationInputs = ({ folder, release }: Installation) => ({ folder, release });

/** Folder of the newest release, below the server's. */
export const newRelease = ({ release }: Installation) => pulumi.interpolate`releases/${release}`;

/**
 * What starts a stdio server.
 * @param release "current" for clients, whose command then stays the same from release to release
 */
export function stdioEndpoint(
  server: ResolvedServer,
  installation: Installation,
  release: "current" | pulumi.Output<string>,
  { env }: Variables,
): EndpointOutputs {
  const root = pulumi.interpolate`${installation.folder}/${release}`;
  const { command, args } = launchFrom(server, root, installation);
  return { command, args, env: serverEnv(server, root, env) };
}

/** The handshake runs again when the process has been started anew, or a stdio server has a new release. */
export function checkArgs(
  server: ResolvedServer,
  { folder }: Installation,
  endpoint: EndpointOutputs,
  started: pulumi.Output<string>,
  { secrets }: Variables,
): McpCheckArgs {
  return {
    server: server.name,
    ...endpoint,
    ...(endpoint.url ? { logFile: pulumi.interpolate`${folder}/logs/server.log` } : {}),
    secrets: secrets ?? {},
    timeoutSeconds: server.health.startPeriodSeconds,
    triggers: [started],
  };
}

function launchFrom(server: ResolvedServer, root: pulumi.Output<string>, { interpreter }: Installation) {
  return pulumi
    .all([root, interpreter])
    .apply(([root, interpreter]) =>
      launchCommand(server, root, interpreter, nodeOptions(server, `${root}/${NODE_LAYER}`)),
    );
}

/** The user's own variables win over what the platform sets. */
function serverEnv(server: ResolvedServer, root: pulumi.Output<string>, env: Variables["env"]) {
  return pulumi
    .all([root, env ?? {}])
    .apply(
      ([root, own]): Record<string, string> => ({ ...listenEnv(server, HOST), ...moduleEnv(server, root), ...own }),
    );
}
