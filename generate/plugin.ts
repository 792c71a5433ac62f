import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const ROOT = path.join(__dirname, "..");

/** Where a release has a plugin for, as Pulumi names it. All are the same: nothing in it is compiled for a machine. */
const PLATFORMS = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"];

/** What Pulumi starts. It needs Node on PATH. */
const LAUNCHER = `#!/bin/sh
exec node "$(dirname "$0")/dist/provider/main.js" "$@"
`;

/** Files of packages that only a compiler or a debugger reads: half of the size. */
const NEEDLESS = ["*.d.ts", "*.d.mts", "*.d.cts", "*.map"];

/**
 * Makes the archives that `pulumi plugin install resource mcp VERSION --server URL` downloads: the npm package with all it
 * needs, so that nothing is fetched when it is installed.
 *
 * @param packed the npm package, as `npm pack` makes it
 * @returns the archives, absolute
 */
export function packPlugin(packed: string, folder: string): string[] {
  const stage = mkdtempSync(path.join(tmpdir(), "mcp-plugin-"));
  try {
    execFileSync("tar", ["-xzf", packed, "-C", stage, "--strip-components=1"]);
    // With it Pulumi would take the folder for sources, and fetch what they need.
    rmSync(path.join(stage, "PulumiPlugin.yaml"));
    installDependencies(stage);
    writeFileSync(path.join(stage, "pulumi-resource-mcp"), LAUNCHER, { mode: 0o755 });

    const { version } = JSON.parse(readFileSync(path.join(stage, "package.json"), "utf8"));
    mkdirSync(folder, { recursive: true });
    const archives = PLATFORMS.map((platform) =>
      path.join(folder, `pulumi-resource-mcp-v${version}-${platform}.tar.gz`),
    );
    const [first, ...others] = archives;
    const without = NEEDLESS.map((files) => `--exclude=${files}`);
    execFileSync("tar", [...without, "-czf", first ?? "", "-C", stage, ...readdirSync(stage)]);
    for (const other of others) cpSync(first ?? "", other);
    return archives;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** Installs what the lock file of this repository names. No links to executables: Pulumi does not unpack them. */
function installDependencies(stage: string): void {
  const lock = path.join(stage, "package-lock.json");
  cpSync(path.join(ROOT, "package-lock.json"), lock);
  const flags = [
    "--omit=dev",
    "--omit=optional",
    "--ignore-scripts",
    "--no-bin-links",
    "--prefer-offline",
    "--no-audit",
    "--no-fund",
  ];
  execFileSync("npm", ["ci", ...flags, "--loglevel=error"], { cwd: stage, stdio: ["ignore", "ignore", "inherit"] });
  rmSync(lock);
}

if (require.main === module) {
  const folder = path.join(ROOT, "dist", "plugin");
  mkdirSync(folder, { recursive: true });
  const printed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: ROOT,
    encoding: "utf8",
  });
  const [{ filename }] = JSON.parse(printed.slice(printed.indexOf("[")));
  for (const archive of packPlugin(path.join(folder, filename), folder)) process.stdout.write(`${archive}\n`);
}
