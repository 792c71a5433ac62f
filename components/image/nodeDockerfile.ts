import { launchCommand, type ResolvedServer } from "../server";
import type { DockerfileOptions, RuntimeRecipe } from "./stages";
import { nodeOptions } from "./telemetry";

/** How a Node server is installed, started and probed. */
export function nodeRecipe(server: ResolvedServer, options: DockerfileOptions): RuntimeRecipe {
  const { command, args } = launchCommand(server, "/app", "node", nodeOptions(server));
  return {
    install: installLines(server, options),
    dependencies: "/app/node_modules",
    // Node looks for packages in the folders above, too.
    besideMount: "/node_modules",
    env: { NODE_ENV: "production", HOME: "/tmp" },
    probe: ["node", "-e", probe(server.health.livenessPath)],
    command: [command, ...args],
  };
}

/** The files that the installation reads, relative to the folder. */
export function nodeInstallFiles({ dependencyFiles }: ResolvedServer): string[] {
  return ["package.json", "package-lock.json", "npm-shrinkwrap.json"].filter((file) => dependencyFiles.includes(file));
}

function installLines(server: ResolvedServer, { buildArguments = [] }: DockerfileOptions): string[] {
  const files = nodeInstallFiles(server);
  // A server without dependencies has no node_modules; the next stage copies it all the same.
  if (files.length === 0) return ["RUN mkdir -p node_modules"];
  const install = files.length > 1 ? "ci" : "install";
  const steps = [
    ...(buildArguments.includes("NPM_TOKEN") ? [TOKEN_STEP] : []),
    ...(hasInstallScripts(server) ? ["npm pkg delete scripts"] : []),
    `npm ${install} --omit=dev --no-audit --no-fund --no-update-notifier`,
    "mkdir -p node_modules",
  ];
  return [
    // A company's registry, in the build only. npm reads it from the environment.
    "ARG NPM_CONFIG_REGISTRY",
    ...buildArguments.filter((name) => name !== "NPM_CONFIG_REGISTRY").map((name) => `ARG ${name}`),
    `COPY ${files.join(" ")} ./`,
    `RUN --mount=type=cache,target=/root/.npm ${steps.join(" \\\n && ")}`,
  ];
}

/** npm takes a token from a file only. The file stays in the build stage. */
const TOKEN_STEP =
  `registry="$(npm config get registry)" && registry="\${registry%/}" \\\n` +
  ` && printf '%s/:_authToken=%s\\n' "\${registry#*:}" "$NPM_TOKEN" > /root/.npmrc`;

/** The server's own scripts around an installation are builds, which need the source and the development dependencies. */
function hasInstallScripts({ inspection: { packageJson } }: ResolvedServer): boolean {
  return ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"].some(
    (name) => packageJson?.scripts?.[name] !== undefined,
  );
}

/** Any answer below 500 proves that the server answers: one without the path answers 404. Node's time-out ends nothing by itself. */
function probe(livenessPath: string): string {
  return (
    `require('http').get({ port: process.env.PORT, path: '${livenessPath.replaceAll("'", "%27")}', timeout: 5000 }, ` +
    "(r) => process.exit(r.statusCode >= 500 ? 1 : 0)).on('error', () => process.exit(1)).on('timeout', () => process.exit(1))"
  );
}
