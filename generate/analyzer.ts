import path from "node:path";
import {
  type AnalyzeResult,
  Analyzer,
  InputOutput,
  type PropertyDefinition,
} from "@pulumi/pulumi/provider/experimental/analyzer";
import * as ts from "typescript";

/** The repository's root. */
export const ROOT = path.join(__dirname, "..");

/** Name of the Pulumi package. */
export const PACKAGE = "mcp";

/** A property, with what Pulumi's analyzer does not find out. */
export type Found = PropertyDefinition & { secret?: boolean };

/** What is known of an interface. */
export interface FoundInterface {
  properties: Record<string, Found>;
  types: AnalyzeResult["typeDefinitions"];
  description: string;
}

/** The parts of Pulumi's analyzer that are extended here; it declares them as private. */
interface Internals {
  readonly program: ts.Program;
  readonly checker: ts.TypeChecker;
  typeDefinitions: AnalyzeResult["typeDefinitions"];
  analyze(): AnalyzeResult;
  isPulumiComponent(node: ts.ClassDeclaration): boolean;
  analyzeSymbols(context: object, symbols: ts.Symbol[]): Record<string, Found>;
  analyzeSymbol(context: object, symbol: ts.Symbol): Found;
  analyzeType(context: object, type: ts.Type, ...rest: unknown[]): Found;
  extractEnumMembers(context: object, type: ts.Type, location: ts.Node): { members: { name: string }[] } | undefined;
}
type Constructor = new (dir: string, name: string, packageJson: object, components: Set<string>) => Internals;

/**
 * Pulumi's analyzer, which infers a package's schema from its components. Beyond it, this one knows whole numbers
 * (`Integer`), what is secret (`@secret`), the descriptions of all types, fields that a mapped type such as `Omit` hands on,
 * and resources that are no components. It keeps the order of the declarations, which the compiler does not.
 */
export class SettingsAnalyzer extends (Analyzer as unknown as Constructor) {
  /** @param resources names of the classes to analyze, of those that components/index.ts exports */
  constructor(resources: string[]) {
    super(ROOT, PACKAGE, { main: "components/index.ts" }, new Set(resources));
  }

  /** What an interface says, with the types that it uses. */
  interfaceOf(file: string, name: string): FoundInterface {
    const source = this.program.getSourceFile(path.join(ROOT, file));
    const module = source && this.checker.getSymbolAtLocation(source);
    const symbol = module && this.checker.getExportsOfModule(module).find((one) => one.name === name);
    if (!symbol) throw new Error(`${file} has no interface ${name}.`);
    this.typeDefinitions = {};
    const context = { component: name, typeName: name, inputOutput: InputOutput.Neither };
    const properties = this.analyzeSymbols(context, this.checker.getDeclaredTypeOfSymbol(symbol).getProperties());
    return { properties, types: this.typeDefinitions, description: this.describe(symbol) };
  }

  override isPulumiComponent(): boolean {
    // Who asks names its classes: a resource that is no component is as welcome.
    return true;
  }

  override analyzeSymbols(context: object, symbols: ts.Symbol[]): Record<string, Found> {
    const place = ({ declarations: [first] = [] }: ts.Symbol): [file: string, position: number] =>
      first ? [first.getSourceFile().fileName, first.pos] : ["", 0];
    const mapped = symbols
      .filter(({ valueDeclaration }) => !valueDeclaration)
      .sort((a, b) => {
        const [[file, position], [otherFile, otherPosition]] = [place(a), place(b)];
        return file === otherFile ? position - otherPosition : file < otherFile ? -1 : 1;
      });
    return super.analyzeSymbols(context, [...symbols.filter((symbol) => !mapped.includes(symbol)), ...mapped]);
  }

  override extractEnumMembers(...[context, type, location]: Parameters<Internals["extractEnumMembers"]>) {
    const found = super.extractEnumMembers(context, type, location);
    const named = ts.isTypeReferenceNode(location) ? this.checker.getSymbolAtLocation(location.typeName) : undefined;
    const symbol = type.aliasSymbol ?? named;
    const source = symbol && symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
    const order = source
      ? this.checker
          .getTypeOfSymbol(source)
          .getProperties()
          .map(({ name }) => name)
      : [];
    found?.members.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    return found;
  }

  override analyzeSymbol(context: object, symbol: ts.Symbol): Found {
    const declaration = symbol.valueDeclaration ?? symbol.declarations?.[0];
    if (!declaration) throw new Error(`${symbol.name} is declared nowhere.`);
    symbol.valueDeclaration = declaration;
    const found = super.analyzeSymbol(context, symbol);
    const { type } = declaration as ts.PropertySignature;
    if (type && /\bInteger\b/.test(type.getText())) makeWhole(found);
    if (ts.getJSDocTags(declaration).some(({ tagName }) => tagName.text === "secret")) found.secret = true;
    return found;
  }

  override analyzeType(context: object, type: ts.Type, ...rest: unknown[]): Found {
    const found = super.analyzeType(context, type, ...rest);
    const name = "$ref" in found && found.$ref.split(":").at(-1);
    const definition = name ? this.typeDefinitions[name] : undefined;
    if (definition && type.isClassOrInterface()) definition.description = this.describe(type.symbol);
    return found;
  }

  private describe(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
  }
}

function makeWhole(property: Found): void {
  if ("type" in property && property.type === "number") property.type = "integer";
  for (const inner of [property.items, property.additionalProperties]) if (inner) makeWhole(inner);
}
