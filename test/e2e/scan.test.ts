import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describeWithDocker, docker, dockerObjects, removeDockerObjects } from "../support/docker";
import { makeFolder, removeFolders, writeFiles } from "../support/folder";
import { callTool } from "../support/mcpClient";
import { program, quickServer } from "../support/quickServer";
import { freePort, TestStack } from "../support/stack";

/** A program in trivy's place: it writes down what it is asked, and prints trivy's format. */
const TRIVY = `#!/bin/sh
here=$(dirname "$0")
[ "$1" = --version ] && echo "Version: 0.0.0" && exit
echo "$@" >> "$here/calls"
cat "$here/report.json"
`;

const found = (Severity: string) => ({
  VulnerabilityID: "CVE-2026-1234",
  PkgName: "libssl3",
  InstalledVersion: "3.0.1",
  FixedVersion: "3.0.2",
  Severity,
});

describeWithDocker(
  "Docker stack with a scan of its images",
  function () {
    this.timeout(120_000);
    let stack: TestStack;
    let source: string;
    let server: object;
    let scanner: string;

    const container = () => docker().getContainer(`mcp-${stack.name}-quick`);
    const reports = (...Vulnerabilities: object[]) => {
      const report = { SchemaVersion: 2, Results: [{ Target: "debian", Vulnerabilities }] };
      writeFiles(scanner, { "report.json": JSON.stringify(report) });
    };
    const scans = (): string[] => {
      const file = path.join(scanner, "calls");
      return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
    };
    const configure = (severity: string) =>
      stack.configure([{ ...server, image: { scan: { scanner: "trivy", severity } } }], { "mcp:target": "docker" });

    before(async () => {
      scanner = makeFolder({ trivy: TRIVY });
      chmodSync(path.join(scanner, "trivy"), 0o755);
      source = quickServer("first");
      server = { name: "quick", source, transport: "http", port: await freePort() };
      stack = new TestStack([]);
      stack.env = { PATH: `${scanner}${path.delimiter}${process.env.PATH}` };
      configure("high");
    });
    after(async () => {
      try {
        await stack.destroy();
        await removeDockerObjects(`mcp-${stack.name}`);
      } finally {
        removeFolders();
      }
    });

    it("starts no container of an image with a known vulnerability, and lists it", async () => {
      reports(found("HIGH"), { ...found("LOW"), VulnerabilityID: "CVE-2026-1" });
      assert.equal(
        await stack.failing("up"),
        [
          'error: quick-scan: The image of "quick" has 1 known vulnerability of severity high or worse (trivy); it is not deployed.',
          "  severity  package  installed  fixed  id",
          "  high      libssl3  3.0.1      3.0.2  CVE-2026-1234",
          "Mend it: `securityUpdates: true` or a new `refresh` for system packages, newer dependencies for the rest. Accept single ones with `scan.ignore`.",
        ].join("\n"),
      );
      assert.ok(!(await dockerObjects(`mcp-${stack.name}`)).includes(`mcp-${stack.name}-quick`));
    });

    it("runs it where that is less than what fails, and scans the digest that runs", async () => {
      configure("critical");
      await stack.up();
      assert.equal(await callTool(await stack.server("quick"), "greet"), "first");
      const { Image } = await container().inspect();
      assert.equal(scans().at(-1), `image --quiet --scanners vuln --format json ${Image}`);
    });

    it("does not scan the same digest again", async () => {
      const before = scans();
      reports(found("CRITICAL"));
      assert.deepEqual(Object.keys((await stack.up()).changes), ["same"]);
      assert.deepEqual(scans(), before);
    });

    it("replaces no container by an image that fails: the old server goes on", async () => {
      const before = await container().inspect();
      writeFiles(source, { "index.js": program("second") });
      assert.match(await stack.failing("up"), /1 known vulnerability of severity critical or worse/);
      assert.equal((await container().inspect()).Id, before.Id);
      assert.equal(await callTool(await stack.server("quick"), "greet"), "first");
    });

    it("deploys it once it is mended", async () => {
      reports();
      await stack.up();
      assert.equal(await callTool(await stack.server("quick"), "greet"), "second");
    });
  },
  ["node:22-slim"],
);
