import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { headerOf, type RenderedFile, renderFiles } from "../../../../cli/render/files";
import { writeFolder } from "../../../../cli/render/folder";
import { type Manifest, toManifest } from "../../../../cli/render/manifest";
import { type Given, readImage, readStore, renderOptions } from "../../../../cli/render/options";
import { canonical } from "../../../../cli/render/quantities";
import { asSecret } from "../../../../cli/render/secretMark";
import { toYaml } from "../../../../cli/render/yaml";
import { makeFolder, removeFolders } from "../../../support/folder";

const STACK = "mcp/prod";

describe("The folder of a render", () => {
  const file = (name: string, stack = STACK): RenderedFile => ({
    name,
    text: `${headerOf(stack)}\nkind: Test\n`,
    isPrivate: false,
  });
  after(removeFolders);

  it("loses what an earlier render of the stack wrote and this one does not, and nothing else", () => {
    const folder = makeFolder({ "own.yaml": "kind: Mine\n", "README.md": headerOf(STACK) });
    writeFolder(folder, [file("a.yaml"), file("b.yaml")], STACK);
    writeFolder(folder, [file("c.yaml", "mcp/other")], "mcp/other");
    const change = writeFolder(folder, [file("b.yaml"), file("d.yaml")], STACK);
    assert.deepEqual(change, { written: ["d.yaml"], unchanged: ["b.yaml"], removed: ["a.yaml"] });
    assert.deepEqual(readdirSync(folder).sort(), ["README.md", "b.yaml", "c.yaml", "d.yaml", "own.yaml"]);
  });

  it("is left alone when files of others are in the way", () => {
    const folder = makeFolder({ "b.yaml": "kind: Mine\n", "c.yaml": file("", "mcp/other").text, "e/x": "" });
    symlinkSync("b.yaml", path.join(folder, "d.yaml"));
    mkdirSync(path.join(folder, "f.yaml"));
    const all = ["a", "b", "c", "d", "f"].map((name) => file(`${name}.yaml`));
    const refused = (names: string[]) =>
      `Files of these names are there already, and were not rendered from mcp/prod:\n` +
      `${names.map((name) => `  ${path.join(folder, name)}\n`).join("")}  fix: another --out, or move them away`;
    assert.throws(() => writeFolder(folder, all, STACK), {
      name: "UsageError",
      message: refused(["b.yaml", "c.yaml", "d.yaml", "f.yaml"]),
    });
    assert.deepEqual(readdirSync(folder).sort(), ["b.yaml", "c.yaml", "d.yaml", "e", "f.yaml"]);
    assert.equal(readFileSync(path.join(folder, "b.yaml"), "utf8"), "kind: Mine\n");
  });

  it("makes a file private that was not", () => {
    const folder = makeFolder({ "a.yaml": `${headerOf(STACK)}\nkind: Old\n` });
    writeFolder(folder, [{ ...file("a.yaml"), isPrivate: true }], STACK);
    assert.equal(statSync(path.join(folder, "a.yaml")).mode & 0o777, 0o600);
  });
});

describe("The files of a render", () => {
  const written = (kind: string, name: string, namespace?: string) => ({
    manifest: { apiVersion: "v1", kind, metadata: { name, ...(namespace && { namespace }) } },
    comments: [],
    isPlainSecret: false,
  });

  it("are named after kind and name, and after the namespace too where that is needed", () => {
    const files = renderFiles(
      [
        written("Prometheus", "main"),
        written("Deployment", "web", "one"),
        written("Service", "web", "one"),
        written("Service", "web", "two"),
        written("Namespace", "one"),
      ],
      [],
      STACK,
    );
    assert.deepEqual(
      files.map(({ name }) => name),
      [
        "00-namespace-one.yaml",
        "50-service-one-web.yaml",
        "50-service-two-web.yaml",
        "70-deployment-web.yaml",
        "95-prometheus-main.yaml",
        "kustomization.yaml",
      ],
    );
  });
});

describe("YAML of a render", () => {
  it("keeps texts what they are, for readers of YAML 1.1 and 1.2", () => {
    const tricky =
      "off yes y N on 0x10 1e3 010 08 0o7 0b1 1_000 12:30:45 190:20:30 null ~ = << 2001-01-01 .5 +1 1. !x &y";
    const texts = [
      ...tricky.split(" "),
      "",
      " lead",
      "a: b",
      "# c",
      "two\nlines",
      "- x",
      "[x",
      "{x",
      "@a",
      "`a`",
      "100%",
    ];
    const yaml = toYaml({ texts, off: { on: "no" } });
    for (const version of ["1.1", "1.2"] as const) {
      assert.deepEqual(parse(yaml, { version }), { texts, off: { on: "no" } });
    }
    assert.ok(yaml.includes('- "off"\n') && yaml.includes('- "0o7"\n') && yaml.includes('- "="\n'));
  });

  it("sorts keys as people write them, whatever their order was", () => {
    const value = {
      spec: { b: 1, name: "x", a: [{ value: "v", name: "o" }] },
      kind: "K",
      metadata: {},
      apiVersion: "v1",
    };
    assert.equal(
      toYaml(value),
      "apiVersion: v1\nkind: K\nmetadata: {}\nspec:\n  name: x\n  a:\n    - name: o\n      value: v\n  b: 1\n",
    );
  });
});

describe("Quantities of a render", () => {
  it("are written as Kubernetes does", () => {
    // Expected: what an API server of 1.34 returned for them as the maximum of a LimitRange.
    const pairs = [
      ["0.5", "500m"],
      ["1000m", "1"],
      ["1024Mi", "1Gi"],
      ["1.5Gi", "1536Mi"],
      ["0.5Ki", "512"],
      ["0.1Ki", "102400m"],
      ["1000", "1k"],
      ["1500M", "1500M"],
      ["1.5G", "1500M"],
      ["0", "0"],
      ["100m", "100m"],
      ["64Mi", "64Mi"],
      ["2Ki", "2Ki"],
      ["2", "2"],
      ["1e3", "1e3"],
      ["much", "much"],
    ];
    assert.deepEqual(
      pairs.map(([given]) => canonical(given)),
      pairs.map(([, expected]) => expected),
    );
    assert.equal(canonical(2), "2");
    assert.equal(canonical("0.0000000001"), "1n");
    assert.equal(canonical(undefined), undefined);
  });

  it("are found in limits, quotas and volumes, and nowhere else", () => {
    const manifest = (kind: string, more: object) =>
      toManifest({ type: "kubernetes:x", name: "x", inputs: { apiVersion: "v1", kind, ...more } }, "x")
        ?.manifest as Manifest;
    const pod = {
      metadata: { annotations: { limits: "0.5" } },
      spec: {
        containers: [
          { env: [{ name: "limits", value: "0.5" }], resources: { limits: { cpu: "0.5" }, requests: { cpu: 1 } } },
        ],
        volumes: [{ emptyDir: { sizeLimit: "1024Mi" } }],
      },
    };
    assert.deepEqual(manifest("Pod", pod), {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "x", annotations: { limits: "0.5" } },
      spec: {
        containers: [
          { env: [{ name: "limits", value: "0.5" }], resources: { limits: { cpu: "500m" }, requests: { cpu: "1" } } },
        ],
        volumes: [{ emptyDir: { sizeLimit: "1Gi" } }],
      },
    });
    assert.deepEqual(manifest("ResourceQuota", { spec: { hard: { "limits.cpu": "0.5" } } }).spec, {
      hard: { "limits.cpu": "500m" },
    });
    assert.deepEqual(manifest("ConfigMap", { data: { sizeLimit: "0.5" } }).data, { sizeLimit: "0.5" });
    assert.deepEqual(manifest("Widget", { spec: { limits: { cpu: "0.5" } } }).spec, { limits: { cpu: "0.5" } });
  });
});

describe("A resource as a manifest", () => {
  const registered = (inputs: Record<string, unknown>) => ({ type: "kubernetes:x", name: "x", inputs });

  it("names secret values that would stand in clear", () => {
    const env = asSecret([{ name: "TOKEN", value: "t" }]);
    const inputs = { apiVersion: "apps/v1", kind: "Deployment", spec: { containers: [{ name: "a" }, { env }] } };
    assert.deepEqual(toManifest(registered(inputs), "web"), {
      manifest: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web" },
        spec: { containers: [{ name: "a" }, { env: [{ name: "TOKEN", value: "t" }] }] },
      },
      exposed: ["Deployment web: spec.containers[1].env"],
    });
  });

  it("is none for what is no object, such as a Helm release", () => {
    assert.equal(toManifest(registered({ chart: "prometheus" }), "x"), undefined);
  });

  it("loses the provider's annotations, and keeps others", () => {
    const annotations = { "pulumi.com/skipAwait": "true", "example.com/a": "b" };
    const inputs = { apiVersion: "v1", kind: "Service", metadata: { annotations } };
    assert.deepEqual(toManifest(registered(inputs), "x")?.manifest.metadata, {
      name: "x",
      annotations: { "example.com/a": "b" },
    });
  });
});

describe("Options of a render", () => {
  const DIGEST = `sha256:${"b".repeat(64)}`;
  const options = (given: Partial<Given> = {}) => renderOptions({ stack: "org/mcp/prod", ...given }, "/project");
  const vault = { kind: "SecretStore", name: "vault" } as const;

  it("default to references in a folder of the stack", () => {
    const folder = path.resolve("/project", "rendered/prod");
    assert.deepEqual(options(), { folder, mode: "reference", images: {}, build: false });
  });

  it("are read", () => {
    const image = { a: `r/a@${DIGEST}` };
    assert.deepEqual(options({ out: "../x", secrets: "sealed", cert: "c.pem", image, build: true }), {
      folder: path.resolve("/x"),
      mode: "sealed",
      cert: path.resolve("/project/c.pem"),
      images: image,
      build: true,
    });
    assert.equal(options({ secrets: "sealed", cert: "https://c" }).cert, "https://c");
    assert.deepEqual(options({ secrets: "external", store: vault }).store, vault);
    assert.deepEqual(readStore("vault"), vault);
    assert.deepEqual(readStore("ClusterSecretStore/vault"), { ...vault, kind: "ClusterSecretStore" });
    assert.deepEqual(readImage(`b=r/b@${DIGEST}`, image), { ...image, b: `r/b@${DIGEST}` });
  });

  it("are refused when they do not fit", () => {
    const fails = (message: string, given: Partial<Given>) =>
      assert.throws(() => options(given), { name: "UsageError", message });
    fails("--secrets external needs the store that the values are in: --store NAME", { secrets: "external" });
    fails("--store means nothing without --secrets external.\n  fix: add that, or leave --store out", { store: vault });
    fails("--cert means nothing without --secrets sealed.\n  fix: add that, or leave --cert out", { cert: "c" });
    fails("--out - and --json both want stdout.\n  fix: choose one", { out: "-", json: true });
    assert.throws(() => readStore("Vault/x"), /names no store; allowed is NAME, or ClusterSecretStore\/NAME/);
    assert.throws(
      () => readImage("a=r/a:1"),
      /needs a server and an image with its digest\.\n {2}allowed: SERVER=REGISTRY/,
    );
  });
});
