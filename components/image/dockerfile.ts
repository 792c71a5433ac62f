import { ImageLayout, listenEnv, type ResolvedServer, Runtime, Transport } from "../server";
import { additionsOf } from "./additions";
import { bridgeImageEnv, isBridged } from "./bridge";
import { containerCommand } from "./develop";
import { nodeRecipe } from "./nodeDockerfile";
import { pythonRecipe } from "./pythonDockerfile";
import { type DockerfileOptions, stages } from "./stages";

/** Non-root, and clear of the ids that base images give away themselves: `node` has 1000 in Node's. */
export const IMAGE_USER = "10001:10001";

/** Where every container runtime shows a container its own cgroup; what measures the server measures the container by it. */
const CGROUP = "/sys/fs/cgroup";

/** The Dockerfile for a server, by the guidelines' recipes with their faults corrected. */
export function writeDockerfile(server: ResolvedServer, given: DockerfileOptions): string {
  const additions = additionsOf(server);
  const isMounted = server.develop?.mount ?? false;
  // What is installed beside the server needs a stage that is thrown away.
  const needsStage = isMounted || additions.some(({ inOneStage }) => !inOneStage);
  const options = needsStage ? { ...given, layout: ImageLayout.MultiStage } : given;
  const recipe = (server.runtime === Runtime.Python ? pythonRecipe : nodeRecipe)(server, options);
  const isHttp = server.transport === Transport.Http || isBridged(server);
  const env = {
    ...recipe.env,
    ...listenEnv(server, "0.0.0.0"),
    ...(isBridged(server) && bridgeImageEnv(server)),
    ...((isBridged(server) || server.telemetry) && { METRICS_CGROUP: CGROUP }),
  };
  const folders = additions.flatMap(({ files }) => files.map((file) => file.path.split("/")[0]));
  return lines([
    "# Written by pulumi-mcp-deploy. To take it over: npm run eject",
    ...stages(recipe, options, { additions, isMounted }),
    // A volume takes over the owner of the folder that it is mounted on.
    `RUN mkdir -p logs && chown ${IMAGE_USER} logs`,
    // Behind everything that takes time: a change of the source leaves those layers cached.
    ...(isMounted ? [] : ["COPY . ."]),
    keyValues("ENV", env),
    keyValues("LABEL", { ...labels(server, options), ...options.labels }),
    ...leftovers(folders),
    `USER ${IMAGE_USER}`,
    ...(isHttp ? [`EXPOSE ${server.port} ${server.metricsPort}`] : []),
    "STOPSIGNAL SIGTERM",
    isHttp ? healthcheck(server, recipe.probe) : "HEALTHCHECK NONE",
    // tini as PID 1 reaps orphans and hands signals on; -s lets it do so under a runtime's own init, too.
    `ENTRYPOINT ${execForm(["tini", "-s", "--"])}`,
    `CMD ${execForm(containerCommand(server, recipe.command))}`,
  ]);
}

/** What was installed out of the context elsewhere. */
const leftovers = (folders: (string | undefined)[]): string[] =>
  folders.length > 0 ? [`RUN rm -rf ${[...new Set(folders)].join(" ")}`] : [];

function labels({ name }: ResolvedServer, { base }: DockerfileOptions): Record<string, string> {
  return {
    "org.opencontainers.image.title": name,
    "org.opencontainers.image.base.name": base,
    "io.modelcontextprotocol.server.name": name,
  };
}

function healthcheck({ health }: ResolvedServer, probe: string[]): string {
  const { intervalSeconds, timeoutSeconds, startPeriodSeconds, retries } = health;
  const timing = `--interval=${intervalSeconds}s --timeout=${timeoutSeconds}s --start-period=${startPeriodSeconds}s`;
  return `HEALTHCHECK ${timing} --retries=${retries} \\\n    CMD ${execForm(probe)}`;
}

/** Values are expanded by the builder: a `$` of theirs must be escaped. */
function keyValues(instruction: "ENV" | "LABEL", values: Record<string, string>): string {
  const pairs = Object.entries(values).map(([key, value]) => `${key}=${JSON.stringify(value).replaceAll("$", "\\$")}`);
  return `${instruction} ${pairs.join(" \\\n    ")}`;
}

/** A command in exec form: it needs no shell, and signals reach it. */
const execForm = (words: string[]): string => `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;

const lines = (all: string[]): string => `${all.join("\n")}\n`;
