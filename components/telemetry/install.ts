import { createHash } from "node:crypto";
import { cp, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Runtime } from "../server/args";
import { layerFiles, layerFolder, pthLine } from "./layer";

/** Folder of the layer in the environment of a Node server, relative to the release that links to it. */
export const NODE_LAYER = "node_modules/.mcp-telemetry";

/** Changes with the layer's own files and the versions of its libraries. */
export function layerDigest(runtime: Runtime): string {
  const hash = createHash("sha256");
  for (const { path: file, content } of layerFiles(runtime, "layer")) hash.update(`${file}\n`).update(content);
  return hash.digest("hex");
}

/**
 * Puts the layer and its libraries into an environment that is being built on this machine.
 * @param environment folder of the environment
 * @param run runs a program with arguments in a folder
 */
export async function installTelemetry(
  runtime: Runtime,
  environment: string,
  run: (command: string, args: string[], cwd: string) => Promise<unknown>,
): Promise<void> {
  const isPython = runtime === Runtime.Python;
  const folder = path.join(environment, isPython ? "mcp-telemetry" : NODE_LAYER);
  await cp(layerFolder(runtime), folder, {
    recursive: true,
    filter: (file) => !/(__pycache__|node_modules)$/.test(file),
  });
  if (!isPython) {
    await run("npm", ["ci", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier"], folder);
    return;
  }
  const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", "--no-deps"];
  const from = ["--require-hashes", "--target", path.join(folder, "lib"), "-r", "requirements.txt"];
  await run(path.join(environment, "bin", "python"), [...pip, ...from], folder);
  const [python = ""] = (await readdir(path.join(environment, "lib"))).filter((name) => name.startsWith("python3"));
  await writeFile(path.join(environment, "lib", python, "site-packages", "mcp_telemetry.pth"), `${pthLine(folder)}\n`);
}
