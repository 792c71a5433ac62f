import * as path from "node:path";
import { type Code, type Language, literalOf, readCode } from "./code";
import type { Inspection } from "./inspection";

/** One file of a server, read as code. */
export interface SourceCode {
  path: string;
  code: Code;
}

/** The sources of one language, read as code. */
export function sourceCode(inspection: Inspection, language: Language): SourceCode[] {
  const extension = language === "python" ? /\.py$/ : /\.[mc]?js$/;
  return inspection.sources
    .filter((source) => extension.test(source.path))
    .map((source) => ({ path: source.path, code: readCode(source.text, language) }));
}

/** The sources that a file runs: itself first, then what it imports from the folder, over any number of steps. */
export function reachable(entry: string, sources: SourceCode[], language: Language): SourceCode[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const importsOf = language === "python" ? pythonImports : javascriptImports;
  const found = new Set<SourceCode>();
  const queue = [byPath.get(entry)];
  for (let source = queue.shift(); source !== undefined || queue.length > 0; source = queue.shift()) {
    if (source === undefined || found.has(source)) continue;
    found.add(source);
    queue.push(...importsOf(source, byPath));
  }
  return [...found];
}

function pythonImports({ path: file, code }: SourceCode, byPath: Map<string, SourceCode>): SourceCode[] {
  const folder = path.posix.dirname(file);
  const found: (SourceCode | undefined)[] = [byPath.get(path.posix.join(folder, "__init__.py"))];
  const add = (base: string, dotted: string) => {
    const parts = dotted.split(".").filter((part) => part !== "");
    for (let count = 1; count <= parts.length; count++) {
      const stem = path.posix.join(base, ...parts.slice(0, count));
      found.push(byPath.get(`${stem}.py`), byPath.get(`${stem}/__init__.py`));
    }
  };
  const addAnywhere = (dotted: string) => {
    for (const base of new Set([folder, ".", "src"])) add(base, dotted);
  };
  for (const match of code.text.matchAll(/^[ \t]*from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n;]+)/gm)) {
    const [, dots = "", module = "", names = ""] = match;
    const imported = [...names.matchAll(/\w+(?=\s*(?:as\s+\w+\s*)?(?:,|\)|$))/g)].map(([name]) => `${module}.${name}`);
    const base = path.posix.join(folder, ...Array.from({ length: Math.max(0, dots.length - 1) }, () => ".."));
    for (const dotted of [module, ...imported]) dots === "" ? addAnywhere(dotted) : add(base, dotted);
  }
  for (const [, modules = ""] of code.text.matchAll(/^[ \t]*import[ \t]+([^\n;(]+)/gm)) {
    for (const module of modules.split(",")) addAnywhere(module.trim().split(/\s/)[0] ?? "");
  }
  return found.filter((source) => source !== undefined);
}

function javascriptImports({ path: file, code }: SourceCode, byPath: Map<string, SourceCode>): SourceCode[] {
  const found: SourceCode[] = [];
  for (const [, literal] of code.text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)("\d+")/g)) {
    const specifier = literalOf(code, literal);
    if (specifier === undefined || !/^\.\.?(\/|$)/.test(specifier)) continue;
    const stem = path.posix.join(path.posix.dirname(file), specifier);
    const match = ["", ".js", ".mjs", ".cjs", "/index.js", "/index.mjs", "/index.cjs"]
      .map((end) => byPath.get(stem + end))
      .find((source) => source !== undefined);
    if (match !== undefined) found.push(match);
  }
  return found;
}
