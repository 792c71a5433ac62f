import type { Language } from "./pulumiProject";

/** Resources of this package as a YAML program declares them; texts may refer to secret settings and to each other: `${name}`. */
export type Declared = Record<string, { type: `mcp:${string}`; properties: object }>;

/** The files of a project that declares them, in JavaScript or in YAML. `settings` are the names of its secret settings. */
export function declaring(
  language: Language,
  resources: Declared,
  settings: string[],
  packages: string,
): Record<string, string> {
  if (language === "yaml") {
    const config = Object.fromEntries(settings.map((name) => [name, { type: "string", secret: true }]));
    // JSON is YAML.
    return {
      "Pulumi.yaml": JSON.stringify({
        name: "declared",
        runtime: "yaml",
        packages: { mcp: packages },
        config,
        resources,
      }),
    };
  }
  return {
    "Pulumi.yaml": JSON.stringify({ name: "declared", runtime: { name: "nodejs", options: { typescript: false } } }),
    "package.json": '{ "name": "declared", "private": true, "main": "index.js" }',
    "index.js": PROGRAM,
    "resources.json": JSON.stringify({ resources, settings }),
  };
}

/** Makes the same of `resources.json` as Pulumi's YAML does, with the classes of this package. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const mcp = require("pulumi-mcp-deploy");
const { resources, settings } = require("./resources.json");
const config = new pulumi.Config();
const known = Object.fromEntries(settings.map((name) => [name, config.requireSecret(name)]));
const valueOf = (reference) => {
  const [name, property] = reference.split(".");
  return property === undefined ? known[name] : known[name][property];
};
const made = (value) => {
  if (Array.isArray(value)) return value.map(made);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, made(item)]));
  }
  if (typeof value !== "string") return value;
  const parts = value.split(/\\$\\{([\\w.]+)\\}/).map((part, at) => (at % 2 ? valueOf(part) : part)).filter((part) => part !== "");
  return parts.length === 1 ? parts[0] : pulumi.concat(...parts);
};
for (const [name, { type, properties }] of Object.entries(resources)) {
  known[name] = new mcp[type.split(":")[1]](name, made(properties));
}
`;
