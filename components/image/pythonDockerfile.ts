import { ImageLayout, launchCommand, moduleEnv, type ResolvedServer } from "../server";
import { type DockerfileOptions, type RuntimeStages, systemPackageLine } from "./stages";

/** Installs about six times as fast as pip. It stays out of the final stage. */
const UV = "uv==0.11.0";
const VENV = "/opt/venv";

/** A Python server's stages. */
export function pythonStages(server: ResolvedServer, options: DockerfileOptions): RuntimeStages {
  const { command, args } = launchCommand(server, "/app", "python");
  return {
    stages: options.layout === ImageLayout.MultiStage ? multiStage(server, options) : lightweight(server, options),
    env: {
      PATH: `${VENV}/bin:/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin`,
      PYTHONUNBUFFERED: "1",
      // The root file system is read-only, and the bytecode of the dependencies is compiled already.
      PYTHONDONTWRITEBYTECODE: "1",
      HOME: "/tmp",
      ...moduleEnv(server, "/app"),
    },
    probe: ["python", "-c", probe(server.health.livenessPath)],
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
    `COPY --from=build ${VENV} ${VENV}`,
  ];
}

/** One stage: simpler to read and to debug in, at the price of uv in the image. */
function lightweight(server: ResolvedServer, options: DockerfileOptions): string[] {
  return [`FROM ${options.base}`, systemPackageLine(options), "WORKDIR /app", ...installLines(server)];
}

function installLines({ dependencyFiles }: ResolvedServer): string[] {
  const uvCache = "RUN --mount=type=cache,target=/root/.cache/uv";
  const isLocked = dependencyFiles.includes("uv.lock") && !dependencyFiles.includes("requirements.txt");
  // Files that requirements.txt includes must be there, too; without any, the context holds a written requirements.txt.
  const files = isLocked
    ? ["pyproject.toml", "uv.lock"]
    : [...new Set(["requirements.txt", ...dependencyFiles.filter((file) => file.endsWith(".txt"))])];
  const install = isLocked
    ? `UV_PROJECT_ENVIRONMENT=${VENV} uv sync --frozen --no-dev --no-install-project`
    : `uv venv ${VENV} \\\n && uv pip install --python ${VENV}/bin/python -r requirements.txt`;
  return [
    // A company's package index, in the build only.
    "ARG PIP_INDEX_URL",
    "ARG UV_DEFAULT_INDEX=$PIP_INDEX_URL",
    "ARG UV_COMPILE_BYTECODE=1",
    "ARG UV_LINK_MODE=copy",
    `RUN --mount=type=cache,target=/root/.cache/pip pip install --root-user-action=ignore ${UV}`,
    `COPY ${files.join(" ")} ./`,
    `${uvCache} ${install}`,
  ];
}

/** Any answer below 500 proves that the server answers: one without the path answers 404. */
function probe(path: string): string {
  return (
    "import http.client, os, sys; " +
    "c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=5); " +
    `c.request('GET', '${path}'); sys.exit(c.getresponse().status >= 500)`
  );
}
