import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { PackageSpec, Property } from "@pulumi/pulumi/provider/experimental/schema";
import { type Schema, validate } from "jsonschema";
import { parse } from "yaml";
import { generated, REFERENCE } from "../../generate/files";
import { REPOSITORY } from "../support/stack";

/** Optional fields without a default. */
const NO_DEFAULT = ["McpCheck.url", "McpCheck.command"];

const committed = (file: string): string => readFileSync(path.join(REPOSITORY, file), "utf8");

describe("what is made from the declarations of the settings", function () {
  this.timeout(120_000);
  let files: Record<string, string>;

  before(() => {
    files = generated();
  });

  it("stands in the repository as it is made anew, and each change of it was reviewed", () => {
    for (const [file, text] of Object.entries(files)) {
      const difference = firstDifference(committed(file), text);
      assert.equal(difference, undefined, `${file}: run \`npm run generate\`, and review what changed\n${difference}`);
    }
  });

  it("leaves no page behind of what there is no more", () => {
    const pages = Object.keys(files).filter((file) => file.startsWith(REFERENCE));
    assert.deepEqual(
      readdirSync(path.join(REPOSITORY, REFERENCE)).sort(),
      pages.map((file) => path.basename(file)).sort(),
    );
  });
});

describe("the package's schema", () => {
  const { resources, types, dependencies }: PackageSpec = JSON.parse(committed("schema.json"));
  const all = [
    ...Object.entries(resources).map(([token, { inputProperties = {}, requiredInputs = [] }]) => ({
      name: nameOf(token),
      properties: inputProperties,
      required: requiredInputs,
    })),
    ...Object.entries(types).map(([token, { properties = {}, required = [] }]) => ({
      name: nameOf(token),
      properties,
      required,
    })),
  ];

  it("asks for two inputs at most", () => {
    for (const [token, { requiredInputs }] of Object.entries(resources)) {
      assert.ok((requiredInputs ?? []).length <= 2, token);
    }
  });

  it("describes every component, type and property, in words", () => {
    const undescribed = (name: string, fields: Record<string, Property> = {}) =>
      Object.keys(fields)
        .filter((field) => !isProse(fields[field]?.description))
        .map((field) => `${name}.${field}`);
    const described = [...Object.entries(resources), ...Object.entries(types)];
    assert.deepEqual(
      [
        ...described.filter(([, { description }]) => !isProse(description)).map(([token]) => token),
        ...all.flatMap(({ name, properties }) => undescribed(name, properties)),
        ...Object.entries(resources).flatMap(([token, { properties }]) => undescribed(token, properties)),
      ],
      [],
    );
  });

  it("says the default of every optional field", () => {
    const silent = all.flatMap(({ name, properties, required }) =>
      Object.entries(properties)
        .filter(([field, { description }]) => !required.includes(field) && !/\bDefaults to \S/.test(description ?? ""))
        .map(([field]) => `${name}.${field}`),
    );
    assert.deepEqual(silent, NO_DEFAULT);
  });

  it("marks what is secret, and what is a whole number, for the languages that know them", () => {
    const inputs = resources["mcp:index:McpDeployment"]?.inputProperties ?? {};
    const marked = Object.entries(inputs).filter(([, property]) => "secret" in property);
    assert.deepEqual(
      marked.map(([name]) => name),
      ["kubeconfig", "secrets"],
    );
    assert.equal((inputs.replicas as { type?: string }).type, "integer");
  });

  it("has one resource that is no component", () => {
    const custom = Object.entries(resources).filter(([, { isComponent }]) => !isComponent);
    assert.deepEqual(
      custom.map(([token]) => token),
      ["mcp:index:McpCheck"],
    );
  });

  it("needs no other package", () => {
    assert.deepEqual(dependencies, []);
  });
});

describe("the schema of a stack's file", () => {
  const schema: Schema & { definitions: Record<string, Schema> } = JSON.parse(committed("config.schema.json"));
  const files = readdirSync(REPOSITORY).filter((file) => /^Pulumi\..+\.yaml$/.test(file));

  it("is named in the first line of each, and takes each", () => {
    assert.ok(files.length >= 4);
    for (const file of files) {
      const text = committed(file);
      assert.equal(text.split("\n")[0], "# yaml-language-server: $schema=config.schema.json", file);
      assert.deepEqual(validate(parse(text), schema).errors.map(String), [], file);
    }
  });

  it("takes encrypted secrets and other projects' config, and no key that it does not know", () => {
    const errors = (config: object) => validate({ config, encryptionsalt: "v1:x" }, schema).errors.map(String);
    assert.deepEqual(errors({ "mcp:secrets": { KEY: { secure: "AAA" } }, "aws:region": "x" }), []);
    assert.equal(errors({ "mcp:server": [] }).length, 1);
    assert.equal(errors({ "mcp:servers": [{ name: "a", prot: 1 }] }).length, 1);
    assert.equal(errors({ "mcp:target": "podman" }).length, 1);
  });

  it("has every setting of McpServerArgs that is not said otherwise, described", () => {
    const { properties = {} } = schema.definitions.ServerConfig ?? {};
    const args = JSON.parse(committed("schema.json")).resources["mcp:index:McpProcess"].inputProperties;
    const otherwise = ["registry", "clients"];
    assert.deepEqual(
      Object.keys(args).filter((name) => !properties[name]),
      otherwise,
    );
    const silent = Object.values(schema.definitions).flatMap(({ description, properties = {}, required = [] }) => [
      ...(isProse(description) ? [] : [description]),
      ...Object.entries(properties)
        .filter(([name, property]) => !isProse(property.description) || saysNoDefault(property, name, required))
        .map(([name]) => name),
    ]);
    assert.deepEqual(silent, []);
  });
});

const saysNoDefault = ({ description = "" }: Schema, name: string, required: unknown): boolean =>
  !(required as string[]).includes(name) && !/\bDefaults to \S/.test(description);

function nameOf(token: string): string {
  return token.replace("mcp:index:", "");
}

/** Whether a doc comment says something. A `{@link}` in it comes out of the schema as "[object Object]". */
const isProse = (doc: string | undefined): boolean =>
  doc !== undefined && /^[A-Z].{8,}[.:]/s.test(doc) && !doc.includes("[object");

/** The first line in which two texts differ, both ways; undefined when they are the same. */
function firstDifference(old: string, made: string): string | undefined {
  const [before, after] = [old.split("\n"), made.split("\n")];
  const line = after.findIndex((text, index) => text !== before[index]);
  if (line < 0)
    return before.length === after.length ? undefined : `after line ${after.length}: - ${before[after.length]}`;
  return `line ${line + 1}: - ${before[line]}\nline ${line + 1}: + ${after[line]}`;
}
