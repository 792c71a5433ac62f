import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { userCache } from "./paths.mjs";
import { npm, run, withProgress } from "./run.mjs";

/** Installs the dependencies when they are missing or differ from package-lock.json. */
export async function installDependencies(root, env) {
  if (isInstalled(root)) return;
  const key = createHash("sha256").update(root).digest("hex").slice(0, 16);
  await withLock(join(userCache(env), `npm-${key}.lock`), async () => {
    if (isInstalled(root)) return;
    // Scripts are left out: no dependency needs one, and the project's own `prepare` would build a second time.
    // --include=dev because the build needs the compiler, also where NODE_ENV says production.
    const { command, args } = npm([
      "ci",
      "--include=dev",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
    ]);
    const options = { cwd: root, env, stdio: ["ignore", 2, 2] };
    const code = await withProgress("Installing the dependencies (npm ci) ...", () => run(command, args, options));
    if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; its own message is above.`);
  });
}

/**
 * Whether node_modules holds what package-lock.json asks for, judged by the list that npm itself leaves in
 * node_modules: an install made by hand counts as well.
 */
export function isInstalled(root) {
  const wanted = lockedPackages(join(root, "package-lock.json"));
  const present = lockedPackages(join(root, "node_modules", ".package-lock.json"));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    // Optional packages are left out on the platforms they are not for.
    if (path === "" || entry.link || entry.optional || entry.devOptional) return true;
    return present[path]?.version === entry.version;
  });
}

function lockedPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}
