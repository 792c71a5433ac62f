import { randomBytes } from "node:crypto";
import { copyFile, lstat, mkdir, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { sourceDigest as digestOf, sourceFiles } from "../../common/source/digest";
import type { Environment } from "./environment";
import type { InstallationInputs, InstallationOutputs } from "./installationProperties";
import { exists, makeFolder, serverFolder } from "./paths";

/**
 * Copies the source into a release: what was previewed is what runs, also after a crash in the middle of an edit. A
 * release is named after its content and never changes.
 * @param keep names of other releases that stay; the rest is removed
 */
export async function makeRelease(
  inputs: InstallationInputs,
  environment: Environment,
  keep: (string | undefined)[],
): Promise<string> {
  const folder = serverFolder(inputs.instance);
  const releases = await makeFolder(path.join(folder, "releases"));
  const release = `${inputs.sourceDigest.slice(0, 12)}-${environment.digest.slice(0, 12)}`;
  const target = path.join(releases, release);
  if (await exists(target)) {
    // The same content, but the cache may have moved.
    await pointTo(path.join(target, environment.link), environment.folder);
  } else {
    // Whoever is interrupted here leaves a folder that no release points to; the pruning below removes it.
    const partial = `${target}.${randomBytes(4).toString("hex")}`;
    await copySource(inputs, partial);
    await linkEnvironment(environment, partial, inputs.server);
    await rename(partial, target);
  }
  for (const name of await readdir(releases)) {
    if (name !== release && !keep.includes(name)) await rm(path.join(releases, name), { recursive: true, force: true });
  }
  return release;
}

/** Whether the installation is still on this machine, its environment included. */
export async function isReleased({ instance, release, runtime, interpreter }: InstallationOutputs): Promise<boolean> {
  const root = path.join(serverFolder(instance), "releases", release);
  const needed = [
    root,
    path.resolve(root, interpreter),
    ...(runtime === "node" ? [path.join(root, "node_modules")] : []),
  ];
  return (await Promise.all(needed.map(exists))).every(Boolean);
}

async function copySource({ server, source, sourceDigest }: InstallationInputs, target: string): Promise<void> {
  for (const file of sourceFiles(source)) {
    const to = path.join(target, file);
    await mkdir(path.dirname(to), { recursive: true });
    await copyEntry(path.join(source, file), to);
  }
  if (digestOf(source) === sourceDigest) return;
  await rm(target, { recursive: true, force: true });
  throw new Error(`The source of MCP server "${server}" changed while it was deployed. Run the deployment again.`);
}

/** Links stay links: they stay inside the folder, which `sourceFiles` has made sure of. */
async function copyEntry(from: string, to: string): Promise<void> {
  const isLink = (await lstat(from)).isSymbolicLink();
  await (isLink ? symlink(await readlink(from), to) : copyFile(from, to));
}

async function linkEnvironment(environment: Environment, release: string, server: string): Promise<void> {
  const link = path.join(release, environment.link);
  if (await exists(link)) {
    throw new Error(
      `The source of MCP server "${server}" must not contain "${environment.link}": remove it, or ignore it in .dockerignore.`,
    );
  }
  await symlink(environment.folder, link);
}

/** Replaces a symbolic link in one step: a client that starts the server meanwhile finds the old or the new one. */
export async function pointTo(link: string, target: string): Promise<void> {
  const fresh = `${link}.${randomBytes(4).toString("hex")}`;
  await symlink(target, fresh);
  await rename(fresh, link);
}
