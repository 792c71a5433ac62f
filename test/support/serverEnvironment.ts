import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { lock } from "proper-lockfile";

const run = promisify(execFile);
const CACHE = join(tmpdir(), "pulumi-mcp-deploy-test");
const INSTALL_TIMEOUT_MS = 240_000;

/**
 * A Python interpreter that has what a server's requirements.txt asks for. The environment is kept between runs,
 * under the hash of that file, so that only the first one pays for the installation.
 */
export async function pythonFor(serverFolder: string): Promise<string> {
  const requirements = readFileSync(join(serverFolder, "requirements.txt"));
  const { stdout: version } = await run("python3", ["--version"]);
  const folder = await cached("python", [version, requirements], async (target) => {
    await run("python3", ["-m", "venv", target], { timeout: INSTALL_TIMEOUT_MS });
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(join(target, "bin", "python"), [...install, "-r", join(serverFolder, "requirements.txt")], {
      timeout: INSTALL_TIMEOUT_MS,
    });
  });
  return join(folder, "bin", "python");
}

/** A folder with the packages that a requirements file with hashes asks for, for PYTHONPATH. Kept like the others. */
export async function pythonLibraryFor(requirementsFile: string): Promise<string> {
  return await cached("python-library", [readFileSync(requirementsFile)], async (target) => {
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"];
    await run("python3", [...install, "--target", target, "-r", requirementsFile], { timeout: INSTALL_TIMEOUT_MS });
  });
}

/**
 * A copy of a Node server's folder with its packages beside it, gone when the test process exits. The packages are
 * kept between runs, under the hash of the lock file; the server's own folder stays free of node_modules.
 */
export async function nodeFolderFor(serverFolder: string): Promise<string> {
  const files = ["package.json", "package-lock.json", ".npmrc"].filter((file) => existsSync(join(serverFolder, file)));
  const parts = [process.versions.modules, ...files.map((file) => readFileSync(join(serverFolder, file)))];
  const folder = await cached("node", parts, async (target) => {
    for (const file of files) cpSync(join(serverFolder, file), join(target, file));
    await run("npm", ["ci", "--omit=dev", "--no-audit", "--no-fund"], { cwd: target, timeout: INSTALL_TIMEOUT_MS });
  });
  const copy = mkdtempSync(join(tmpdir(), `${basename(serverFolder)}-`));
  process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
  cpSync(serverFolder, copy, { recursive: true, filter: (path) => basename(path) !== "node_modules" });
  symlinkSync(join(folder, "node_modules"), join(copy, "node_modules"), "dir");
  return copy;
}

/** Fills a cache folder once, however many test processes ask for it at the same time. */
async function cached(kind: string, parts: (string | Buffer)[], fill: (folder: string) => Promise<void>) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  const folder = join(CACHE, `${kind}-${hash.digest("hex").slice(0, 16)}`);
  const complete = join(folder, ".complete");
  if (existsSync(complete)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const release = await lock(CACHE, { retries: { retries: 300, minTimeout: 1000, maxTimeout: 1000 } });
  try {
    if (existsSync(complete)) return folder;
    rmSync(folder, { recursive: true, force: true }); // what an interrupted run left
    mkdirSync(folder);
    await fill(folder);
    writeFileSync(complete, "");
    return folder;
  } finally {
    await release();
  }
}
