import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as semver from "semver";
import type { InstallationInputs } from "./installationProperties";
import type { Interpreter } from "./python";
import { run } from "./run";

/**
 * Finds the Node that runs the server: the one that runs Pulumi, else the one on PATH, whichever the server accepts.
 * @param requires the server's own demand (`engines.node`); empty for none
 */
export async function findNode(requires: string): Promise<Interpreter> {
  const range = requires || "*";
  const own = { path: process.execPath, version: process.versions.node };
  if (semver.satisfies(own.version, range)) return own;
  const printed = await run("node", ["-p", "process.execPath + '\\n' + process.versions.node"]).catch(() => "");
  const [executable, version] = printed.trim().split("\n");
  if (executable && version && semver.satisfies(version, range)) return { path: executable, version };
  const got = [own.version, version].filter(Boolean).join(", ");
  throw new Error(
    `No suitable Node. Found: ${got}. Allowed: ${range}, which the server's folder asks for. Put a Node of that version on PATH.`,
  );
}

/** Installs the server's production dependencies into `folder`/node_modules. */
export async function buildNodeEnvironment(
  node: string,
  { server, source, dependencyFiles }: InstallationInputs,
  folder: string,
): Promise<void> {
  await mkdir(path.join(folder, "node_modules"), { recursive: true });
  for (const file of dependencyFiles) await copyManifest(path.join(source, file), path.join(folder, file));
  // Which registry, with which token: read for the installation and not kept.
  const npmrc = path.join(folder, ".npmrc");
  await copyFile(path.join(source, ".npmrc"), npmrc).catch(() => {});
  const isLocked = dependencyFiles.some((file) => /^(package-lock|npm-shrinkwrap)\.json$/.test(file));
  const args = [isLocked ? "ci" : "install", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier"];
  try {
    await run("npm", args, {
      cwd: folder,
      // npm runs on the Node that will run the server, so that native modules fit.
      env: { PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` },
    });
  } catch (error) {
    throw new Error(`The dependencies of MCP server "${server}" can't be installed. ${(error as Error).message}`);
  } finally {
    await rm(npmrc, { force: true });
  }
}

/** Without the server's own scripts: npm would run its "prepare", a build that needs the source and the development dependencies. */
async function copyManifest(from: string, to: string): Promise<void> {
  if (path.basename(from) !== "package.json") return copyFile(from, to);
  const { scripts: _, ...manifest } = JSON.parse(await readFile(from, "utf8")) as Record<string, unknown>;
  await writeFile(to, JSON.stringify(manifest));
}
