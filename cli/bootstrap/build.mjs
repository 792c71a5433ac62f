import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { capture, withProgress } from "./run.mjs";

/**
 * Compiles to dist/ when a source is newer than the last build. Without a type-check, like `pulumi up` itself: CI does
 * that once (`npm run typecheck`).
 */
export async function buildIfStale(root, env) {
  const stamp = join(root, "dist", ".stamp");
  const current = fingerprint(root);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === current) return;
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const result = await withProgress("Building ...", () =>
    capture("node", [tsc, "-p", join(root, "tsconfig.build.json"), "--noCheck"], { cwd: root, env, stderr: "pipe" }),
  );
  if (result.code !== 0) throw new Error(`The build failed:\n${result.output.trim()}`);
  removeOrphans(root, join(root, "dist"));
  writeFileSync(stamp, current);
}

/** Removes what was compiled from sources that are gone: tsc leaves it, and `npm pack` would ship it. */
function removeOrphans(root, folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeOrphans(root, path);
    const source = /^(.+?)(\.d\.ts|\.js|\.js\.map)$/.exec(relative(join(root, "dist"), path))?.[1];
    if (source && !existsSync(join(root, `${source}.ts`))) rmSync(path);
  }
}

/** Number of sources and their newest change: enough to see an edit, an added or a removed file; takes 2 ms. */
export function fingerprint(root) {
  let count = 0;
  let newest = 0;
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
    else if (stat && /\.(ts|json)$/.test(path)) {
      count++;
      newest = Math.max(newest, stat.mtimeMs);
    }
  };
  for (const name of readdirSync(root)) if (/^(tsconfig.*\.json|.*\.ts)$/.test(name)) visit(join(root, name));
  for (const folder of ["cli", "common", "components", "config", "provider", "runtime", "targets"])
    visit(join(root, folder));
  return `${count} sources, newest ${newest}\n`;
}
