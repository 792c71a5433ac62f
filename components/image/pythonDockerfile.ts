import path from "node:path";
import { launchCommand, moduleEnv, type ResolvedServer } from "../server";
import type { DockerfileOptions, RuntimeRecipe } from "./stages";

/** Installs about six times as fast as pip. It stays out of the image. */
const UV = "uv==0.11.0";
const VENV = "/opt/venv";

/** How a Python server is installed, started and probed. */
export function pythonRecipe(server: ResolvedServer, options: DockerfileOptions): RuntimeRecipe {
  const { command, args } = launchCommand(server, "/app", "python");
  return {
    install: installLines(server, options),
    dependencies: VENV,
    env: {
      PATH: `${VENV}/bin:/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin`,
      PYTHONUNBUFFERED: "1",
      // The root file system is read-only, and the bytecode of the dependencies is compiled already.
      PYTHONDONTWRITEBYTECODE: "1",
      HOME: "/tmp",
      // A banner is no line of JSON, and a start must not depend on a package index.
      ...(server.telemetry && { FASTMCP_SHOW_SERVER_BANNER: "false", FASTMCP_CHECK_FOR_UPDATES: "off" }),
      ...moduleEnv(server, "/app"),
    },
    probe: ["python", "-c", probe(server.health.livenessPath)],
    command: [command, ...args],
  };
}

/** Whether a requirement is a part of the folder itself, such as `-e .`: then the source must be there when it is installed. */
export function installsOwnSource({ inspection: { requirements } }: ResolvedServer): boolean {
  return requirements.some(({ text }) => /^\s*(-e\b|--editable\b|\.{1,2}(\/|\[|\s|$)|file:)/m.test(text));
}

/** The files that the installation reads, relative to the folder. */
export function pythonInstallFiles({ dependencyFiles }: ResolvedServer): string[] {
  const isLocked = dependencyFiles.includes("uv.lock") && !dependencyFiles.includes("requirements.txt");
  if (isLocked) return ["pyproject.toml", "uv.lock"];
  // Files that requirements.txt includes must be there, too; without any, the context holds a written requirements.txt.
  return [...new Set(["requirements.txt", ...dependencyFiles.filter((file) => file.endsWith(".txt"))])];
}

function installLines(server: ResolvedServer, { layout, buildArguments = [] }: DockerfileOptions): string[] {
  const files = pythonInstallFiles(server);
  const install = files.includes("uv.lock")
    ? [`UV_PROJECT_ENVIRONMENT=${VENV} uv sync --frozen --no-dev --no-install-project`]
    : [`uv venv ${VENV}`, `uv pip install --python ${VENV}/bin/python -r requirements.txt`];
  const fixed = ["PIP_INDEX_URL", "UV_DEFAULT_INDEX"];
  const pip = "--mount=type=cache,target=/root/.cache/pip";
  const uv = "--mount=type=cache,target=/root/.cache/uv";
  const copy = installsOwnSource(server) ? ["COPY . ."] : copyLines(files);
  return [
    // A company's package index, in the build only. uv takes an empty one for none.
    "ARG PIP_INDEX_URL",
    "ARG UV_DEFAULT_INDEX=$PIP_INDEX_URL",
    "ARG UV_COMPILE_BYTECODE=1",
    "ARG UV_LINK_MODE=copy",
    // A base with too old a Python is an error, and no reason to fetch another one.
    "ARG UV_PYTHON_DOWNLOADS=never",
    ...buildArguments.filter((name) => !fixed.includes(name)).map((name) => `ARG ${name}`),
    // Else pip, once it has run, leaves 6 MB of its own bytecode.
    ...(layout === "lightweight" ? ["ARG PYTHONDONTWRITEBYTECODE=1"] : []),
    ...(layout === "lightweight"
      ? // In one step: what is removed in a later one stays in the image.
        [...copy, `RUN ${pip} \\\n    ${uv} \\\n    ${chain([GET_UV, ...install, REMOVE_UV])}`]
      : [`RUN ${pip} ${GET_UV}`, ...copy, `RUN ${uv} ${chain(install)}`]),
  ];
}

const GET_UV = `pip install --root-user-action=ignore ${UV}`;
const REMOVE_UV = "pip uninstall --yes --root-user-action=ignore uv";

const chain = (steps: string[]): string => steps.join(" \\\n && ");

/** One line a folder: COPY flattens what it copies, and requirements name each other by their paths. */
function copyLines(files: string[]): string[] {
  const folders = [...new Set(files.map((file) => path.posix.dirname(file)))];
  return folders.map((folder) => {
    const inside = files.filter((file) => path.posix.dirname(file) === folder);
    return `COPY ${inside.join(" ")} ${folder === "." ? "./" : `./${folder}/`}`;
  });
}

/** Any answer below 500 proves that the server answers: one without the path answers 404. */
function probe(livenessPath: string): string {
  return (
    "import http.client, os, sys; " +
    "c = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=5); " +
    `c.request('GET', '${livenessPath.replaceAll("'", "%27")}'); sys.exit(c.getresponse().status >= 500)`
  );
}
