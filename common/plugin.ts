import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { InvalidInputError } from "./errors";
import { pulumiHome } from "./pulumiHome";
import { VERSION } from "./version";

/** The installed package: the compiled files lie in its folder `dist`. */
const PACKAGE = path.dirname(require.resolve("pulumi-mcp-deploy/package.json"));

/** Whether this process is the plugin, which the engine has found already. */
let isPlugin = false;

/** Says that this process is the plugin: what it constructs is found, unless the engine has cloned it from a repository. */
export function beThePlugin(): void {
  isPlugin = true;
}

/**
 * Lets the engine find this package's provider, without a download and without a step of the user's: puts an executable
 * that starts it where the engine keeps plugins, at this very version. The engine looks there when the first resource of
 * the package is registered. A project file that names the plugin (`plugins.providers`) is looked at first, and needs
 * none of this. Source: getPluginInfoAndPath in sdk/go/common/workspace/plugins.go of pulumi/pulumi.
 *
 * @throws InvalidInputError when it can't be put there, and the project file does not name the plugin either
 */
export function ensurePlugin(env: NodeJS.ProcessEnv = process.env): void {
  const plugins = path.join(pulumiHome(env), "plugins");
  const text = launcher();
  for (const name of isPlugin ? fromGit() : ["resource-mcp"]) {
    const folder = path.join(plugins, `${name}-v${VERSION}`);
    const executable = `pulumi-${name}`;
    const file = path.join(folder, executable);
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    try {
      put(folder, executable, text);
    } catch (error) {
      if (isNamedByProject()) return;
      throw new InvalidInputError([unwritable(folder, error as NodeJS.ErrnoException, env)]);
    }
  }
}

/**
 * Where the engine looks as well, when it has cloned this package itself, into a folder with the name of the repository
 * and the commit: for what a component of it registers, it asks the same repository for the release of this version.
 */
function fromGit(): string[] {
  const [, repository] = /^(resource-.+)-v0\.0\.0-x[0-9a-f]{40}$/.exec(path.basename(PACKAGE)) ?? [];
  return repository ? [repository] : [];
}

/** Whole or not at all, and safe against other runs that do the same. */
function put(folder: string, executable: string, text: string): void {
  mkdirSync(path.dirname(folder), { recursive: true });
  const temporary = mkdtempSync(path.join(path.dirname(folder), ".mcp-"));
  try {
    chmodSync(temporary, 0o755);
    const made = path.join(temporary, executable);
    writeFileSync(made, text, { mode: 0o755 });
    try {
      renameSync(temporary, folder);
    } catch {
      // There is one already, of another installation of this version.
      mkdirSync(folder, { recursive: true });
      renameSync(made, path.join(folder, executable));
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Starts the provider: of the project's own installation, where that is this version, else of the one that wrote this
 * last, else of a plugin that `pulumi plugin install` has put into the same folder. The engine starts plugins in the
 * project's folder.
 */
const launcher = (): string => `#!/bin/sh
# Starts the provider of pulumi-mcp-deploy ${VERSION}, which wrote this file.
own="$PWD/node_modules/pulumi-mcp-deploy"
for package in "$own" ${quoted(PACKAGE)} "$(dirname "$0")"; do
  main="$package/dist/provider/main.js"
  [ -f "$main" ] && grep -q '"version": "${VERSION}"' "$package/package.json" || continue
  node=${quoted(process.execPath)}
  [ -x "$node" ] || node=node
  exec "$node" "$main" "$@"
done
echo "pulumi-mcp-deploy ${VERSION} is neither in $own nor where it was last used, ${PACKAGE}." >&2
echo "  fix: npm install in the project, then pulumi preview" >&2
exit 1
`;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Whether Pulumi.yaml says where the plugin is; then the engine does not look elsewhere. */
function isNamedByProject(): boolean {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    const file = ["Pulumi.yaml", "Pulumi.yml"].map((name) => path.join(folder, name)).find((name) => existsSync(name));
    if (file) {
      const project = (require("yaml") as typeof import("yaml")).parse(readFileSync(file, "utf8"));
      return Boolean(project?.plugins?.providers?.some((plugin: { name?: string }) => plugin.name === "mcp"));
    }
    if (folder === path.dirname(folder)) return false;
  }
}

const unwritable = (folder: string, { message }: NodeJS.ErrnoException, env: NodeJS.ProcessEnv) => ({
  path: env.PULUMI_HOME ? "PULUMI_HOME" : "the folder of Pulumi's plugins",
  message: `the plugin of pulumi-mcp-deploy ${VERSION} can't be put where Pulumi looks for it: ${message}`,
  got: folder,
  allowed: "a folder that can be written, or a Pulumi.yaml that names the plugin",
  fix: `make it writable, set PULUMI_HOME to another folder, or add to Pulumi.yaml:
             plugins:
               providers:
                 - { name: mcp, path: ${path.join(PACKAGE, "provider", "bin")} }`,
});
