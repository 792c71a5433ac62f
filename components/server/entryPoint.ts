import type { Problem } from "../../common/errors";
import { nearest } from "../../common/nearest";
import type { Runtime } from "./args";
import type { EntryPoint } from "./detection";
import type { Inspection } from "./inspection";
import { isServerSource, normalize } from "./sources";

const LOOKED_FOR: { [runtime in Runtime]: string } = {
  python:
    "fastmcp.json, [project.scripts] of pyproject.toml, a package with __main__.py, server.py, main.py, app.py, a .py file that runs an MCP server",
  node: "bin, scripts.start and main of package.json, index.js, server.js, dist/index.js, build/index.js",
};

/** The entry point that the user gave, checked against the folder. */
export function explicitEntryPoint(
  given: string,
  runtime: Runtime,
  { files }: Pick<Inspection, "files">,
): EntryPoint | { problem: Problem } {
  const text = given.trim();
  const fail = (message: string, fix: string, allowed?: string): { problem: Problem } => ({
    problem: { path: "entryPoint", message, got: given, ...(allowed && { allowed }), fix },
  });
  if (text.startsWith("-")) return moduleEntryPoint(text, runtime, files, fail);
  const file = normalize(text);
  if (text.startsWith("/") || /^[A-Za-z]:/.test(text) || file === ".." || file.startsWith("../")) {
    return fail("the entry point lies outside the server's folder", "give a path relative to `source`");
  }
  const extensions = runtime === "python" ? [".py"] : [".js", ".mjs", ".cjs"];
  if (!extensions.some((extension) => file.endsWith(extension))) {
    const isTypeScript = /\.[mc]?tsx?$/.test(file);
    const allowed = `${extensions.join(", ")}${runtime === "python" ? ', or a module as "-m my_server"' : ""}`;
    if (isTypeScript)
      return fail(
        "TypeScript cannot be started as it is",
        "build it (npm run build) and give the JavaScript it writes",
        allowed,
      );
    return fail(`this is no file that ${runtime} starts`, `correct \`entryPoint\`, or set \`runtime\``, allowed);
  }
  if (files.includes(file)) return { kind: "file", value: file };
  const similar = nearest(file, files.filter(isServerSource));
  return fail(
    "the entry point does not exist in the server's folder",
    similar ? `set \`entryPoint: ${similar}\`` : "correct `entryPoint`",
  );
}

function moduleEntryPoint(
  text: string,
  runtime: Runtime,
  files: string[],
  fail: (message: string, fix: string, allowed?: string) => { problem: Problem },
): EntryPoint | { problem: Problem } {
  const module = /^-m\s+([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)$/.exec(text)?.[1];
  if (runtime !== "python") return fail("a module can be started in Python only", 'give a file, such as "index.js"');
  if (module === undefined)
    return fail("this names no Python module", 'write it as "-m my_server"; arguments go to `args`', '"-m <module>"');
  const stem = module.replaceAll(".", "/");
  for (const root of ["", "src/"]) {
    if ([`${root}${stem}.py`, `${root}${stem}/__main__.py`].some((file) => files.includes(file))) {
      return { kind: "module", value: module, ...(root && { moduleRoot: "src" }) };
    }
    if (files.some((file) => file.startsWith(`${root}${stem}/`) && file.endsWith(".py"))) {
      return fail(
        `the package ${module} has no __main__.py, so -m cannot start it`,
        `add ${root}${stem}/__main__.py that starts the server`,
      );
    }
  }
  // It may come from an installed package, which only the installation shows.
  return { kind: "module", value: module };
}

/** No entry point: what was looked for, what is there, and how to name it. */
export function missingEntryPoint(runtime: Runtime, { files }: Pick<Inspection, "files">, fix?: string): Problem {
  const extension = runtime === "python" ? /\.py$/ : /\.[mc]?js$/;
  const found = files.filter((file) => extension.test(file)).slice(0, 8);
  const example = found[0] ?? (runtime === "python" ? "server.py" : "index.js");
  return {
    path: "entryPoint",
    message: `nothing in the folder tells how to start the ${runtime === "python" ? "Python" : "Node"} server; looked for ${LOOKED_FOR[runtime]}`,
    got: found.length > 0 ? found.join(", ") : `no ${runtime === "python" ? "Python" : "JavaScript"} files`,
    fix: fix ?? `set \`entryPoint: ${example}\``,
  };
}
