import { cp, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { layerFolder, NODE_LAYER, pthLine, type Runtime } from "../../runtime/layer";

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
  const isPython = runtime === "python";
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
