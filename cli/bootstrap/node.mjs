import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { userCache } from "./paths.mjs";
import { capture, npm, withProgress } from "./run.mjs";

/** The Node that is brought where the machine's is too old. */
export const NODE_VERSION = "22.23.3";
const MINIMUM = [22, 19];

/** Whether a Node version runs this project. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

/**
 * The folder of a Node that is new enough, to be put on PATH; undefined when the running one will do.
 * Node comes from npm's own registry as a plain package: no install script, no other download site.
 */
export async function ensureNode({ version = process.version, cache = userCache(), install = npmInstall } = {}) {
  if (isNewEnough(version)) return undefined;
  const target = join(cache, `node-${NODE_VERSION}`);
  const bin = join(target, "bin");
  const binary = join(bin, process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(binary)) return bin;
  await withLock(`${target}.lock`, async () => {
    if (existsSync(binary)) return;
    for (const name of readdirSync(cache)) {
      // Left by runs that were killed: nobody else is at work while the lock is ours.
      if (name.startsWith(".node-")) rmSync(join(cache, name), { recursive: true, force: true });
    }
    const temp = mkdtempSync(join(cache, ".node-"));
    await withProgress(`Getting Node ${NODE_VERSION} (this one is ${version.replace(/^v/, "")}) ...`, () =>
      install(temp),
    );
    rmSync(target, { recursive: true, force: true });
    renameSync(join(temp, "node_modules", packageName()), target);
    rmSync(temp, { recursive: true, force: true });
  });
  return bin;
}

/** The npm package that carries Node for this machine. */
function packageName() {
  return `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
}

async function npmInstall(folder) {
  const spec = `${packageName()}@${NODE_VERSION}`;
  const flags = ["--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const { command, args } = npm(["install", "--prefix", folder, ...flags, spec]);
  const result = await capture(command, args, { cwd: folder, stderr: "pipe" });
  const binary = join(folder, "node_modules", packageName(), "bin", process.platform === "win32" ? "node.exe" : "node");
  // Run once: the package is there for musl systems too, where its binary does not start.
  const check = result.code === 0 ? await capture(binary, ["--version"], { stderr: "pipe" }) : result;
  if (check.code === 0) return;
  throw new Error(
    `This project needs Node ${MINIMUM.join(".")} or newer, this one is ${process.version}, and ${spec} could not be ` +
      `installed from npm:\n${check.output.trim()}\nInstall Node 22 yourself and run the command again.`,
  );
}
