import { ImageLayout, launchCommand, type ResolvedServer } from "../server";
import { type DockerfileOptions, type RuntimeStages, systemPackageLine } from "./stages";

/** A Node server's stages. */
export function nodeStages(server: ResolvedServer, options: DockerfileOptions): RuntimeStages {
  const { command, args } = launchCommand(server, "/app", "node");
  return {
    stages: options.layout === ImageLayout.MultiStage ? multiStage(server, options) : lightweight(server, options),
    env: { NODE_ENV: "production", HOME: "/tmp" },
    probe: ["node", "-e", probe(server.health.livenessPath)],
    command: [command, ...args],
  };
}

function multiStage(server: ResolvedServer, options: DockerfileOptions): string[] {
  return [
    `FROM ${options.base} AS build`,
    "WORKDIR /app",
    ...installLines(server),
    "",
    `FROM ${options.base}`,
    systemPackageLine(options),
    "WORKDIR /app",
    "COPY --from=build /app/node_modules ./node_modules",
  ];
}

function lightweight(server: ResolvedServer, options: DockerfileOptions): string[] {
  return [`FROM ${options.base}`, systemPackageLine(options), "WORKDIR /app", ...installLines(server)];
}

function installLines({ dependencyFiles }: ResolvedServer): string[] {
  const files = [
    "package.json",
    ...dependencyFiles.filter((file) => /^(package-lock|npm-shrinkwrap)\.json$/.test(file)),
  ];
  const install = files.length > 1 ? "ci" : "install";
  return [
    // A company's registry, in the build only. npm reads it from the environment.
    "ARG NPM_CONFIG_REGISTRY",
    `COPY ${files.join(" ")} ./`,
    // A server without dependencies has no node_modules; the next stage copies it all the same.
    `RUN --mount=type=cache,target=/root/.npm npm ${install} --omit=dev --no-audit --no-fund && mkdir -p node_modules`,
  ];
}

/** Any answer below 500 proves that the server answers: one without the path answers 404. */
function probe(path: string): string {
  return (
    `require('http').get({ port: process.env.PORT, path: '${path}', timeout: 5000 }, ` +
    "(r) => process.exit(r.statusCode >= 500 ? 1 : 0)).on('error', () => process.exit(1))"
  );
}
