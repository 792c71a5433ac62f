import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import * as ts from "typescript";
import { REPOSITORY } from "../support/stack";

/** One import of a module of this repository. */
export interface Import {
  /** The importing file, relative to the repository, with "/". */
  from: string;
  /** What it imports: a file of the repository, in the same form, or the name of a package. */
  to: string;
  /** Whether the compiler erases it: nothing is loaded at run time. */
  typeOnly: boolean;
}

/** The TypeScript files below a folder of the repository, relative to it. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(path.join(REPOSITORY, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.posix.join(folder, file.replaceAll("\\", "/")))
    .sort();
}

/** Everything that the files import, by `import`, `export from`, `require` and `import()`. */
export function importsOf(files: string[]): Import[] {
  return files.flatMap((from) => {
    const text = readFileSync(path.join(REPOSITORY, from), "utf8");
    const source = ts.createSourceFile(from, text, ts.ScriptTarget.Latest, true);
    const found: Import[] = [];
    const visit = (node: ts.Node): void => {
      const specifier = specifierOf(node);
      if (specifier) found.push({ from, to: resolve(from, specifier.text), typeOnly: isTypeOnly(node) });
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function specifierOf(node: ts.Node): { text: string } | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isExternalModuleReference(node)) return literal(node.expression);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal);
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const loads = expression.kind === ts.SyntaxKind.ImportKeyword || expression.getText() === "require";
  return loads ? literal(node.arguments[0]) : undefined;
}

/** A name in quotes, or what stands before the first part of one that is put together. */
function literal(node: ts.Node | undefined): { text: string } | undefined {
  if (node && ts.isTemplateExpression(node)) return node.head;
  return node && ts.isStringLiteral(node) ? node : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly || allTypes(node.exportClause);
  if (!ts.isImportDeclaration(node) || !node.importClause) return false;
  const { isTypeOnly, name, namedBindings } = node.importClause;
  return isTypeOnly || (!name && allTypes(namedBindings));
}

/** Whether each of the names in braces is marked as a type. */
function allTypes(bindings: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  if (!bindings || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return false;
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly);
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const file = path.posix.join(path.posix.dirname(from), specifier);
  const candidates = [`${file}.ts`, `${file}/index.ts`, file];
  return candidates.find((candidate) => ts.sys.fileExists(path.join(REPOSITORY, candidate))) ?? file;
}
