import type { Problem } from "../../common/errors";
import { compareText } from "../../common/source/walk";
import type { Dependency, Detection } from "./detection";
import { explicitEntryPoint, missingEntryPoint } from "./entryPoint";
import { reachable, type SourceCode, sourceCode } from "./imports";
import type { Inspection } from "./inspection";
import { nodeTransports } from "./nodeTransport";
import { normalize } from "./sources";

const CONVENTIONAL = ["index", "server", "dist/index", "build/index"].flatMap((stem) =>
  [".js", ".mjs", ".cjs"].map((extension) => stem + extension),
);
/** Packages that servers are made with; clients and inspectors are not among them. */
const MCP_PACKAGE =
  /^(@modelcontextprotocol\/(?!client|inspector|conformance)|fastmcp$|mcp-framework$|xmcp$|mcp-use$|@[\w-]+\/mcp-)/;
const LOCKS = [
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "pnpm-workspace.yaml",
  "bun.lock",
];

/** A file that package.json names as what starts the server. */
interface Declared {
  file: string;
  by: string;
}

/**
 * Detects a Node server from its files, in this order: the entry point that was given, package.json's `bin`, `scripts.start` and `main`,
 * then index.js, server.js, dist/index.js and build/index.js (or .mjs, .cjs). A declared file that a build would write is an error that says so.
 */
export function detectNode(inspection: Inspection, given?: string): Detection {
  const { packageJson, files } = inspection;
  const sources = sourceCode(inspection, "javascript");
  const dependencies = nodeDependencies(inspection);
  const found = findEntry(inspection, given);
  const file = "file" in found ? found.file : undefined;
  const transports = file === undefined ? [] : nodeTransports(reachable(file, sources, "javascript"));
  return {
    entryPoint: file === undefined ? undefined : { kind: "file", value: file },
    launcher: undefined,
    transports,
    dependencies,
    dependencyFiles: ["package.json", ...LOCKS].filter((name) => files.includes(name)).sort(compareText),
    requiresRuntime: requiresNode(inspection),
    isServer:
      (packageJson !== undefined && dependencies.some(({ name }) => MCP_PACKAGE.test(name))) || usesMcp(sources),
    problems: "problem" in found ? [found.problem] : [],
  };
}

function findEntry(inspection: Inspection, given: string | undefined): { file: string } | { problem: Problem } {
  const { files } = inspection;
  if (given !== undefined) {
    const explicit = explicitEntryPoint(given, "node", inspection);
    return "problem" in explicit ? withBuild(explicit.problem, given, inspection) : { file: explicit.value };
  }
  const declared = declaredFiles(inspection);
  for (const { file } of declared) {
    const existing = ["", ".js", ".mjs", ".cjs", "/index.js"]
      .map((end) => file + end)
      .find((name) => isStartable(name, files));
    if (existing !== undefined) return { file: existing };
  }
  const unbuilt = declared.find(({ file }) => !files.includes(file) && isBuildOutput(file, inspection));
  if (unbuilt) return { problem: notBuilt(unbuilt) };
  const conventional = CONVENTIONAL.find((name) => files.includes(name));
  if (conventional !== undefined) return { file: conventional };
  const typescript = files.find((file) => /\.[mc]?tsx?$/.test(file) && !file.endsWith(".d.ts"));
  if (typescript !== undefined) return { problem: onlyTypeScript(typescript, inspection) };
  const [first] = declared;
  if (first) {
    const message = `${first.file}, which ${first.by} of package.json names, does not exist`;
    return { problem: { path: "source", message, fix: `correct ${first.by} in package.json, or set \`entryPoint\`` } };
  }
  return { problem: missingEntryPoint("node", inspection) };
}

function declaredFiles({ packageJson }: Inspection): Declared[] {
  const { name, bin, scripts, main } = packageJson ?? {};
  const commands = typeof bin === "string" ? [bin] : Object.values(bin ?? {});
  const own = typeof bin === "object" ? bin[name?.replace(/^@[^/]+\//, "") ?? ""] : undefined;
  const command = own ?? (commands.length === 1 ? commands[0] : undefined);
  // Of a start script only `node [options] file [arguments]` can be started without npm and a shell.
  const started = /^(?:\w+=\S+\s+)*node\s+(?:--?\S+\s+)*([^\s-]\S*)/.exec(scripts?.start ?? "")?.[1];
  return [
    ...(command === undefined ? [] : [{ file: normalize(command), by: "bin" }]),
    ...(started === undefined ? [] : [{ file: normalize(started), by: "scripts.start" }]),
    ...(main === undefined ? [] : [{ file: normalize(main), by: "main" }]),
  ];
}

function isStartable(file: string, files: string[]): boolean {
  return files.includes(file) && !/\.[mc]?tsx?$/.test(file);
}

function isBuildOutput(file: string, { packageJson }: Inspection): boolean {
  return packageJson?.scripts?.build !== undefined && /^(dist|build|out|lib|\.output)\//.test(file);
}

function notBuilt({ file, by }: Declared): Problem {
  return {
    path: "source",
    message: `${file}, which ${by} of package.json names, does not exist: the server is not built`,
    fix: "run `npm run build` in the server's folder",
  };
}

function withBuild(problem: Problem, given: string, inspection: Inspection): { problem: Problem } {
  const file = normalize(given.trim());
  if (inspection.files.includes(file) || !isBuildOutput(file, inspection)) return { problem };
  return {
    problem: {
      ...problem,
      message: `${file} does not exist: the server is not built`,
      fix: "run `npm run build` in the server's folder",
    },
  };
}

function onlyTypeScript(file: string, { packageJson }: Inspection): Problem {
  const hasBuild = packageJson?.scripts?.build !== undefined;
  return {
    path: "source",
    message: "the folder holds TypeScript only, which has to be built before it can be deployed",
    got: file,
    allowed: "JavaScript: .js, .mjs or .cjs",
    fix: hasBuild
      ? 'run `npm run build` in the server\'s folder, and name its output in package.json: "main": "dist/index.js"'
      : 'add a build to package.json: "scripts": { "build": "tsc" }, "main": "dist/index.js"; then run `npm run build`',
  };
}

function nodeDependencies({ packageJson }: Inspection): Dependency[] {
  return Object.entries({ ...packageJson?.optionalDependencies, ...packageJson?.dependencies })
    .map(([name, version]) => ({ name, version, file: "package.json" }))
    .sort((a, b) => compareText(a.name, b.name));
}

/** The Node version that the folder asks for: engines.node, else .nvmrc or .node-version. */
function requiresNode({ packageJson, nodeVersion }: Inspection): string | undefined {
  const engines = packageJson?.engines?.node?.trim();
  if (engines && engines !== "*") return engines;
  const version = /^v?(\d+)/.exec(nodeVersion?.text ?? "")?.[1];
  return version === undefined ? undefined : `>=${version}`;
}

function usesMcp(sources: SourceCode[]): boolean {
  return sources.some(({ code }) =>
    code.strings.some((text) => /^@modelcontextprotocol\/(?!(sdk\/)?client)/.test(text)),
  );
}
