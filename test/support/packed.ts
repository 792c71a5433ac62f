import { type ExecFileOptions, execFile } from "node:child_process";
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
