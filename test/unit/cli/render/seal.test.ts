import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { Given } from "../../../../cli/render/options";
import { render } from "../../../../cli/render/render";
import { makeFolder } from "../../../support/folder";
import {
  CANARY,
  configOf,
  DEPLOYMENT,
  failure,
  files,
  inProject,
  optionsOf,
  PASSWORD,
  TestSource,
  textOf,
} from "./support";

/**
 * Stands for kubeseal: takes a Secret from stdin and prints a SealedSecret in its form, with values that are others each
 * time. It notes its arguments.
 */
const KUBESEAL = `#!${process.execPath}
const fs = require("node:fs");
const { apiVersion, kind, metadata, type, data } = JSON.parse(fs.readFileSync(0, "utf8"));
fs.appendFileSync(__dirname + "/calls", JSON.stringify(process.argv.slice(2)) + "\\n");
const sealed = Object.keys(data).map((key) => [key, "AgB" + Math.random()]);
console.log("---\\n" + JSON.stringify({
  apiVersion: "bitnami.com/v1alpha1",
  kind: kind === "Secret" && apiVersion === "v1" ? "SealedSecret" : "Nothing",
  metadata: { creationTimestamp: null, name: metadata.name, namespace: metadata.namespace },
  spec: { encryptedData: Object.fromEntries(sealed), template: { metadata: { creationTimestamp: null, ...metadata }, type } },
}));
`;

/** Fails as kubeseal does without its controller, and tells what it should not. */
const BROKEN = `#!${process.execPath}
const { data } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.error("error: cannot fetch certificate: no endpoints available for service; " + data.API_KEY + " " + atob(data.API_KEY ?? ""));
process.exit(1);
`;

describe("npx mcp-deploy render --secrets sealed", () => {
  let bin: string;

  const install = (program: string) => {
    const file = path.join(bin, "kubeseal");
    writeFileSync(file, program);
    chmodSync(file, 0o755);
  };
  const calls = (): string[][] =>
    existsSync(path.join(bin, "calls"))
      ? readFileSync(path.join(bin, "calls"), "utf8")
          .trim()
          .split("\n")
          .map((line) => JSON.parse(line))
      : [];
  const seal = (source = new TestSource(), values: Partial<Given> = {}) =>
    render(source, optionsOf({ secrets: "sealed", ...values }), { PATH: bin });
  const sealedFiles = () =>
    Object.fromEntries(
      files()
        .filter((name) => name.includes("sealedsecret"))
        .map((name) => [name, textOf(name)]),
    );

  inProject();
  beforeEach(() => {
    bin = makeFolder();
  });

  it("writes what kubeseal makes of each Secret, and no value in clear", async () => {
    install(KUBESEAL);
    const { files } = await seal();
    const found = sealedFiles();
    assert.deepEqual(
      files.filter((name) => name.startsWith("40-")),
      Object.keys(found),
    );
    const [, weather] = Object.entries(found);
    const { metadata, spec, kind } = parse(weather?.[1] ?? "");
    assert.equal(kind, "SealedSecret");
    assert.match(metadata.name, /^weather-secrets-[0-9a-f]{8}$/);
    assert.equal(weather?.[0], `40-sealedsecret-${metadata.name}.yaml`);
    assert.deepEqual(Object.keys(spec.encryptedData), ["API_KEY", "REDIS_URL"]);
    assert.deepEqual(Object.keys(spec.template.metadata), ["name", "namespace", "labels"]);
    const deployment = textOf(DEPLOYMENT);
    assert.ok(deployment.includes(`name: ${metadata.name}\n`));
    for (const value of [CANARY, PASSWORD].flatMap((text) => [text, Buffer.from(text).toString("base64")])) {
      assert.ok(!Object.values(found).join("").includes(value));
    }
  });

  it("asks the cluster of the stack for the certificate, or takes the file that is given", async () => {
    install(KUBESEAL);
    writeFileSync("cert.pem", "one");
    await seal();
    await seal(new TestSource(), { cert: "cert.pem" });
    const asked = ["--format", "yaml", "--context", "nowhere"];
    const given = ["--format", "yaml", "--cert", path.resolve("cert.pem")];
    assert.deepEqual(calls(), [asked, asked, given, given]);
  });

  it("leaves what it sealed before, until a value or the certificate changes", async () => {
    install(KUBESEAL);
    writeFileSync("cert.pem", "one");
    const again = (API_KEY = CANARY) =>
      seal(new TestSource(configOf({}, { "mcp:secrets": { API_KEY } })), { cert: "cert.pem" });
    await again();
    const first = sealedFiles();
    await again();
    assert.deepEqual(sealedFiles(), first);
    assert.equal(calls().length, 2);
    await again(`${CANARY}-2`);
    const [redis = ""] = Object.keys(first);
    const second = sealedFiles();
    assert.equal(second[redis], first[redis]);
    assert.equal(Object.keys(second).length, 2);
    assert.notDeepEqual(Object.keys(second), Object.keys(first));
    writeFileSync("cert.pem", "two");
    await again(`${CANARY}-2`);
    assert.notEqual(sealedFiles()[redis], first[redis]);
    assert.equal(calls().length, 5);
  });

  it("says how to go on without kubeseal", async () => {
    assert.equal(
      await failure(seal()),
      "--secrets sealed needs kubeseal, the command of Sealed Secrets, and it is not on PATH.\n" +
        "  fix: install it (github.com/bitnami-labs/sealed-secrets), or choose --secrets reference or external",
    );
  });

  it("passes on why kubeseal failed, without the values that it was given", async () => {
    install(BROKEN);
    const source = new TestSource(configOf({ services: [] }, { "mcp:services": [] }));
    const message = await failure(seal(source));
    assert.match(
      message,
      /^kubeseal could not seal weather-secrets-\w{8}: error: cannot fetch certificate: .*; \[secret\] \[secret\]\n {2}fix: with --cert FILE/,
    );
    assert.ok(!existsSync("rendered"));
  });

  it("refuses what is no sealed Secret", async () => {
    install(`#!${process.execPath}\nconsole.log("kind: Secret");\n`);
    assert.match(await failure(seal()), /: it printed no SealedSecret but Secret\n/);
  });
});
