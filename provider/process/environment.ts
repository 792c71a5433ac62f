import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, symlink, utimes } from "node:fs/promises";
import path from "node:path";
import { lock } from "proper-lockfile";
import type { InstallationInputs } from "./installationProperties";
import { buildNodeEnvironment, findNode } from "./node";
import { environmentsFolder, exists, makeFolder } from "./paths";
import { buildPythonEnvironment, findPython, type Interpreter } from "./python";
import { run } from "./run";
import { installTelemetry } from "./telemetry";

/** The dependencies of a server, installed outside its source. */
export interface Environment {
  /** Absolute path: a virtual environment, or a node_modules folder. */
  folder: string;
  /** Name under which a release links to it. */
  link: ".venv" | "node_modules";
  /** Changes with the dependency files, the interpreter and the platform. */
  digest: string;
  /** What runs the server: relative to a release, or absolute. */
  interpreter: string;
}

/** A lock that its holder has not touched for this long was left by a killed `up`. */
const STALE_LOCK_MS = 10_000;

/**
 * Finds the environment for the server's dependencies, or builds it. Two servers with equal dependency files share one.
 * A build happens in a folder of its own and becomes visible by one rename, so that an interrupted build can never be
 * mistaken for a finished one; of two servers that want the same one at the same time, the second waits for the first.
 */
export async function ensureEnvironment(inputs: InstallationInputs): Promise<Environment> {
  const isPython = inputs.runtime === "python";
  const interpreter = isPython ? await findPython(inputs.requiresRuntime) : await findNode(inputs.requiresRuntime);
  const digest = await environmentDigest(inputs, interpreter);
  const link = path.join(environmentsFolder(), `${inputs.runtime}-${digest.slice(0, 16)}`);
  const folder = isPython ? link : path.join(link, "node_modules");
  const proof = isPython ? path.join(link, "bin", "python") : folder;
  if (!(await exists(proof))) {
    await makeFolder(environmentsFolder());
    const unlock = await lock(link, {
      realpath: false,
      stale: STALE_LOCK_MS,
      retries: { forever: true, minTimeout: 100, maxTimeout: 500 },
      // Two builds at once are a waste and no harm: each has its own folder.
      onCompromised: () => {},
    });
    try {
      if (!(await exists(proof))) {
        await build(link, (fresh) => fillEnvironment(fresh, inputs, interpreter));
      }
    } finally {
      await unlock().catch(() => {});
    }
  }
  // The last use, for the pruning. A cache that can only be read serves as well.
  const now = new Date();
  await utimes(link, now, now).catch(() => {});
  return isPython
    ? { folder, link: ".venv", digest, interpreter: ".venv/bin/python" }
    : { folder, link: "node_modules", digest, interpreter: interpreter.path };
}

async function fillEnvironment(folder: string, inputs: InstallationInputs, interpreter: Interpreter): Promise<void> {
  const { runtime, server, telemetry } = inputs;
  await (runtime === "python" ? buildPythonEnvironment : buildNodeEnvironment)(interpreter.path, inputs, folder);
  if (telemetry === "") return;
  try {
    await installTelemetry(runtime, folder, (command, args, cwd) => run(command, args, { cwd }));
  } catch (error) {
    throw new Error(
      `The telemetry layer of MCP server "${server}" can't be installed; without it: \`telemetry: false\`. ${(error as Error).message}`,
    );
  }
}

/** The environment is reached through a link to the folder it was built in: virtual environments can't be moved. */
async function build(link: string, fill: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = `${link}.${randomBytes(4).toString("hex")}`;
  try {
    await mkdir(fresh);
    await fill(fresh);
    await symlink(path.basename(fresh), `${fresh}.link`);
    await rename(`${fresh}.link`, link);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

/** A requirement that is a path: what is installed is in no dependency file. */
const LOCAL_REQUIREMENT = /^\s*(-e\s|--editable\b|\.\.?(\/|\[|\s*$)|\/|file:)|@\s*file:/m;

async function environmentDigest(inputs: InstallationInputs, interpreter: Interpreter): Promise<string> {
  const { runtime, source, sourceDigest, dependencyFiles, dependencyDigest, requirements, telemetry } = inputs;
  const files = runtime === "python" ? dependencyFiles.filter((file) => file.endsWith(".txt")) : [];
  const texts = await Promise.all(files.map((file) => readFile(path.join(source, file), "utf8")));
  const isLocal = [...texts, ...requirements].some((text) => LOCAL_REQUIREMENT.test(text));
  return createHash("sha256")
    .update(JSON.stringify([runtime, interpreter, process.platform, process.arch, dependencyDigest, requirements]))
    .update(isLocal ? JSON.stringify([source, sourceDigest]) : "")
    .update(telemetry)
    .digest("hex");
}
