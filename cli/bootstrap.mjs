#!/usr/bin/env node
// Entry of `npm run up` and its siblings: makes a bare machine ready (Node 22, dependencies, build), then runs the
// package's own command line. Plain JavaScript without dependencies, because none are installed yet; must run on Node 20.
// Nothing of the product depends on it: `pulumi up` works without.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildIfStale } from "./bootstrap/build.mjs";
import { installDependencies } from "./bootstrap/dependencies.mjs";
import { ensureNode } from "./bootstrap/node.mjs";
import { userCache } from "./bootstrap/paths.mjs";
import { capture, run } from "./bootstrap/run.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What to run for a command, once everything is in place. */
async function commandLine(command, args, env) {
  if (command === "bench") return ["-r", "ts-node/register/transpile-only", join(root, "bench/run.ts"), ...args];
  if (command !== "test") return [join(root, "dist/cli/main.js"), ...[command, ...args].filter(Boolean)];
  if (env.CI) await provideEnvironments(env);
  // Tests that need the engine find it first on PATH. Without one they are skipped, and the count says so.
  const bin = await capture("node", [join(root, "dist/cli/enginePath.js")], { cwd: root, env });
  if (bin.code === 0) prependPath(env, bin.stdout.trim());
  else process.stderr.write("Without an engine the tests that need one are skipped.\n");
  return [join(root, "node_modules/mocha/bin/mocha.js"), ...args];
}

/**
 * In CI nothing may be skipped: a cluster and a Docker Engine are provided where none answers. Elsewhere tests take what
 * is there. The cluster takes long to build, so that goes on in the background until tests need it.
 */
async function provideEnvironments(env) {
  const script = (name) => join(root, "test/environment", name, "up.sh");
  if (!env.MCP_TEST_KUBECONFIG) await run("bash", [script("kubernetes"), "--background"], { cwd: root, env });
  await run("bash", [script("docker")], { cwd: root, env });
}

/** Puts a folder first on PATH, whatever its spelling on this system. */
function prependPath(env, folder) {
  const key = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  env[key] = env[key] ? `${folder}${process.platform === "win32" ? ";" : ":"}${env[key]}` : folder;
}

async function main([command, ...args]) {
  // A warm compile cache takes a third off the start of every Node process below.
  const env = { NODE_COMPILE_CACHE: join(userCache(), "compile-cache"), ...process.env };
  env.TS_NODE_PROJECT ??= join(root, "tsconfig.json");
  const nodeBin = await ensureNode();
  if (nodeBin) prependPath(env, nodeBin);
  await installDependencies(root, env);
  await buildIfStale(root, env);
  const line = await commandLine(command, args, env);
  return run("node", line, { cwd: root, env });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
