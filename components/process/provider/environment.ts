import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readlink, rename, rm, stat, symlink, utimes } from "node:fs/promises";
import path from "node:path";
import { Runtime } from "../../server";
import type { InstallationInputs } from "./installation";
import { buildNodeEnvironment, findNode } from "./node";
import { environmentsFolder, makeFolder } from "./paths";
import { buildPythonEnvironment, findPython } from "./python";

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

/** An environment that no release has been made with for this long is removed. */
const UNUSED_DAYS = 30;

/**
 * Finds the environment for the server's dependencies, or builds it. Two servers with equal dependency files share one.
 * A build happens in a folder of its own and becomes visible by one rename, so that an interrupted or concurrent build
 * can never be mistaken for a finished one.
 */
export async function ensureEnvironment(inputs: InstallationInputs): Promise<Environment> {
  const isPython = inputs.runtime === Runtime.Python;
  const interpreter = isPython ? await findPython(inputs.requiresRuntime) : await findNode(inputs.requiresRuntime);
  const digest = createHash("sha256")
    .update(JSON.stringify([inputs.runtime, interpreter, process.platform, process.arch, inputs.dependencyDigest]))
    .digest("hex");
  const root = await makeFolder(environmentsFolder());
  const link = path.join(root, `${inputs.runtime}-${digest.slice(0, 16)}`);
  if (!(await isUsable(link))) {
    const fresh = `${link}.${randomBytes(4).toString("hex")}`;
    try {
      await mkdir(fresh, { recursive: true });
      await (isPython ? buildPythonEnvironment : buildNodeEnvironment)(interpreter.path, inputs, fresh);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      throw error;
    }
    await publish(fresh, link);
  }
  const now = new Date();
  await utimes(link, now, now);
  await prune(root);
  return isPython
    ? { folder: link, link: ".venv", digest, interpreter: ".venv/bin/python" }
    : { folder: path.join(link, "node_modules"), link: "node_modules", digest, interpreter: interpreter.path };
}

/** The environment is reached through a link to the folder it was built in: virtual environments can't be moved. */
async function publish(fresh: string, link: string): Promise<void> {
  const pointer = `${fresh}.link`;
  await symlink(path.basename(fresh), pointer);
  await rename(pointer, link);
}

const isUsable = (link: string): Promise<boolean> =>
  stat(link).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** Removes environments and interrupted builds that nobody has used for long. */
async function prune(root: string): Promise<void> {
  const oldest = Date.now() - UNUSED_DAYS * 24 * 3600 * 1000;
  for (const name of await readdir(root)) {
    const entry = path.join(root, name);
    const found = await stat(entry).catch(() => undefined);
    if (found && found.mtimeMs > oldest) continue;
    const target = await readlink(entry).catch(() => undefined);
    await rm(entry, { recursive: true, force: true });
    if (target) await rm(path.join(root, target), { recursive: true, force: true });
  }
}
