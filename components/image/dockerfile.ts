import { listenEnv, type ResolvedServer, Runtime, Transport } from "../server";
import { nodeStages } from "./nodeDockerfile";
import { pythonStages } from "./pythonDockerfile";
import type { DockerfileOptions } from "./stages";

/** Non-root, and clear of the ids that base images give away themselves: `node` has 1000 in Node's. */
export const IMAGE_USER = "10001:10001";

/** The Dockerfile for a server, by the guidelines' recipes with their faults corrected. */
export function writeDockerfile(server: ResolvedServer, options: DockerfileOptions): string {
  const isPython = server.runtime === Runtime.Python;
  const { stages, env, probe, command } = (isPython ? pythonStages : nodeStages)(server, options);
  const isHttp = server.transport === Transport.Http;
  return lines([
    `# Written by pulumi-mcp-deploy. To take it over: copy it to ${"`Dockerfile`"} in the server's folder.`,
    ...stages,
    // Behind the dependencies: a change of the source leaves their layers cached.
    "COPY . .",
    keyValues("ENV", { ...env, ...listenEnv(server, "0.0.0.0") }),
    keyValues("LABEL", labels(server, options)),
    // A volume takes over the owner of the folder that it is mounted on.
    `RUN mkdir -p logs && chown ${IMAGE_USER} logs`,
    `USER ${IMAGE_USER}`,
    ...(isHttp ? [`EXPOSE ${server.port} ${server.metricsPort}`] : []),
    "STOPSIGNAL SIGTERM",
    isHttp ? healthcheck(server, probe) : "HEALTHCHECK NONE",
    // tini as PID 1 reaps orphans and hands signals on; -s lets it do so under a runtime's own init, too.
    `ENTRYPOINT ${execForm(["tini", "-s", "--"])}`,
    `CMD ${execForm(command)}`,
  ]);
}

/** The bases that servers are built on unless another is set, pinned to a minor version; a digest pins more. */
export function defaultBase({ runtime }: Pick<ResolvedServer, "runtime">): string {
  return runtime === Runtime.Python ? "python:3.11-slim" : "node:22-slim";
}

/** Where an image comes from. The revision is the digest of the source, not a commit: the same source is the same image. */
function labels({ name }: ResolvedServer, { revision, base }: DockerfileOptions): Record<string, string> {
  return {
    "org.opencontainers.image.title": name,
    "org.opencontainers.image.revision": revision,
    "org.opencontainers.image.base.name": base,
    "io.modelcontextprotocol.server.name": name,
  };
}

function healthcheck({ health }: ResolvedServer, probe: string[]): string {
  const { intervalSeconds, timeoutSeconds, startPeriodSeconds, retries } = health;
  const timing = `--interval=${intervalSeconds}s --timeout=${timeoutSeconds}s --start-period=${startPeriodSeconds}s`;
  return `HEALTHCHECK ${timing} --retries=${retries} \\\n    CMD ${execForm(probe)}`;
}

function keyValues(instruction: "ENV" | "LABEL", values: Record<string, string>): string {
  const pairs = Object.entries(values).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `${instruction} ${pairs.join(" \\\n    ")}`;
}

/** A command in exec form: it needs no shell, and signals reach it. */
const execForm = (words: string[]): string => `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;

const lines = (all: string[]): string => `${all.join("\n")}\n`;
