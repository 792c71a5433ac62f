import { type ExecFileOptions, execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { makeFolder } from "./folder";
import { REPOSITORY } from "./stack";

const exec = promisify(execFile);

/** Runs a command of a project that uses the package. */
export const run = (command: string, args: string[], options: ExecFileOptions) =>
  exec(command, args, { timeout: 200_000, maxBuffer: 16 * 1024 * 1024, ...options, encoding: "utf8" });

/** What `npm pack --json` says of a tarball. */
export interface Packed {
  /** The tarball, absolute. */
  file: string;
  size: number;
  unpackedSize: number;
  files: { path: string; size: number }[];
}

/** Packs this repository as `npm publish` would, with the build brought up to date first. */
export async function pack(): Promise<Packed> {
  const tsc = path.join(REPOSITORY, "node_modules", "typescript", "bin", "tsc");
  await run("node", [tsc, "-p", "tsconfig.build.json", "--noCheck"], { cwd: REPOSITORY });
  const folder = makeFolder();
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const { stdout } = await run("npm", args, { cwd: REPOSITORY });
  const [packed] = JSON.parse(stdout);
  return { ...packed, file: path.join(folder, packed.filename) };
}

/** Packs this repository, installs it as a user would into an empty folder, and returns the installed package's folder. */
export async function installPacked(folder: string): Promise<string> {
  const { file } = await pack();
  writeFileSync(path.join(folder, "package.json"), "{}");
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  await run("npm", ["install", "--prefer-offline", ...quiet, file], { cwd: folder });
  return path.join(folder, "node_modules", "pulumi-mcp-deploy");
}
