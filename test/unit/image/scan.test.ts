import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { failing, findingsText, grypeFindings, trivyFindings } from "../../../provider/image/findings";
import { imageScan, type ScanInputs } from "../../../provider/image/scan";
import { makeFolder, removeFolders } from "../../support/folder";

/** What `trivy image --format json` prints, shortened. Source: https://trivy.dev/docs/latest/configuration/reporting/ */
const TRIVY = {
  SchemaVersion: 2,
  ArtifactName: "sha256:abc",
  ArtifactType: "container_image",
  Metadata: { OS: { Family: "debian", Name: "12.1" } },
  Results: [
    {
      Target: "sha256:abc (debian 12.1)",
      Class: "os-pkgs",
      Type: "debian",
      Vulnerabilities: [
        vulnerability("CVE-2026-0002", "openssl", "3.0.1", "3.0.2", "HIGH"),
        vulnerability("CVE-2026-0001", "zlib1g", "1.2", "1.3", "CRITICAL"),
        vulnerability("CVE-2026-0003", "tar", "1.34", undefined, "CRITICAL"),
        vulnerability("CVE-2026-0004", "bash", "5.2", "5.3", "MEDIUM"),
      ],
    },
    { Target: "Python", Class: "lang-pkgs", Type: "python-pkg" },
  ],
};

function vulnerability(id: string, name: string, installed: string, fixed: string | undefined, severity: string) {
  const known = { VulnerabilityID: id, PkgID: `${name}@${installed}`, PkgName: name, InstalledVersion: installed };
  return { ...known, ...(fixed && { FixedVersion: fixed }), Status: fixed ? "fixed" : "affected", Severity: severity };
}

/** What `grype --output json` prints, shortened. Source: https://github.com/anchore/grype */
const GRYPE = {
  matches: [
    {
      vulnerability: { id: "CVE-2026-0001", severity: "Critical", fix: { versions: ["1.3"], state: "fixed" } },
      relatedVulnerabilities: [],
      matchDetails: [],
      artifact: { name: "zlib1g", version: "1.2", type: "deb" },
    },
    {
      vulnerability: { id: "GHSA-1", severity: "Negligible", fix: { versions: [], state: "not-fixed" } },
      artifact: { name: "x", version: "1", type: "python" },
    },
  ],
  source: { type: "image" },
  descriptor: { name: "grype", version: "0.100.0" },
};

const LIMITS = { severity: "high", unfixed: false, ignore: [] };

describe("the findings of a scan", () => {
  it("are read from both scanners alike", () => {
    assert.deepEqual(trivyFindings(JSON.stringify(TRIVY))[1], {
      id: "CVE-2026-0001",
      severity: "critical",
      package: "zlib1g",
      installed: "1.2",
      fixed: "1.3",
    });
    assert.deepEqual(grypeFindings(JSON.stringify(GRYPE))[0], trivyFindings(JSON.stringify(TRIVY))[1]);
    assert.deepEqual(trivyFindings('{"SchemaVersion":2}'), []);
  });

  it("fail from the chosen severity on, the worst first, unless unfixed or accepted", () => {
    const found = trivyFindings(JSON.stringify(TRIVY));
    const ids = (limits: object) =>
      failing([...found, ...found], { ...LIMITS, ...limits }).map(({ id }) => id.slice(-1));
    assert.deepEqual(ids({}), ["1", "2"]);
    assert.deepEqual(ids({ severity: "critical" }), ["1"]);
    assert.deepEqual(ids({ severity: "medium" }), ["1", "2", "4"]);
    assert.deepEqual(ids({ unfixed: true }), ["3", "1", "2"]);
    assert.deepEqual(ids({ ignore: ["CVE-2026-0001"] }), ["2"]);
    assert.deepEqual(
      failing(grypeFindings(JSON.stringify(GRYPE)), { ...LIMITS, severity: "low", unfixed: true }).length,
      1,
    );
  });

  it("are shown as a table", () => {
    const text = findingsText(failing(trivyFindings(JSON.stringify(TRIVY)), LIMITS));
    assert.equal(
      text,
      [
        "  severity  package  installed  fixed  id",
        "  critical  zlib1g   1.2        1.3    CVE-2026-0001",
        "  high      openssl  3.0.1      3.0.2  CVE-2026-0002",
      ].join("\n"),
    );
    const many = Array.from({ length: 60 }, (_, index) => ({
      id: `${index}`,
      severity: "high",
      package: "p",
      installed: "1",
      fixed: "",
    }));
    assert.match(findingsText(many), /\n {2}and 10 more$/);
  });
});

describe("the scan", () => {
  if (process.platform === "win32") return; // The fake scanners are shell scripts.
  const before = process.env.PATH;
  afterEach(() => {
    process.env.PATH = before;
  });
  after(removeFolders);

  /** Puts fake scanners, and nothing else, on PATH; each notes its arguments. */
  function install(scanners: Record<string, { json?: unknown; stderr?: string; code?: number }>): () => string[] {
    const folder = makeFolder();
    for (const [name, { json, stderr = "", code = 0 }] of Object.entries(scanners)) {
      writeFileSync(path.join(folder, `${name}.json`), typeof json === "string" ? json : JSON.stringify(json ?? {}));
      const script =
        `#!/bin/sh\n[ "$1" = --version ] && { echo 1.0; exit 0; }\necho "${name} $*" >> "${folder}/calls"\n` +
        `for a in "$@"; do case "$a" in *cyclonedx*=*) echo '{}' > "\${a#*=}";; esac; done\n` +
        `case "$*" in *"--format cyclonedx --output "*) echo '{}' > "$6";; esac\n` +
        `echo "${stderr}" >&2\nwhile IFS= read -r line || [ -n "$line" ]; do printf '%s\\n' "$line"; done < "${folder}/${name}.json"\nexit ${code}\n`;
      writeFileSync(path.join(folder, name), script);
      chmodSync(path.join(folder, name), 0o755);
    }
    process.env.PATH = folder;
    const calls = path.join(folder, "calls");
    return () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []);
  }

  const inputs = (more: Partial<ScanInputs> = {}): ScanInputs => ({ server: "weather", image: "sha256:abc", ...more });

  it("passes an image without findings on", async () => {
    const calls = install({ trivy: { json: { ...TRIVY, Results: [] } }, grype: { json: GRYPE } });
    assert.deepEqual(await imageScan.create(inputs()), {
      id: "weather",
      outs: { server: "weather", image: "sha256:abc", reference: "sha256:abc" },
    });
    assert.deepEqual(calls(), ["trivy image --quiet --scanners vuln --format json sha256:abc"]);
  });

  it("fails with the list of what is wrong and how to go on", async () => {
    install({ trivy: { json: TRIVY } });
    await assert.rejects(imageScan.create(inputs()), (error: Error) => {
      assert.match(
        error.message,
        /^The image of "weather" has 2 known vulnerabilities of severity high or worse \(trivy\); it is not deployed\./,
      );
      assert.match(error.message, /critical {2}zlib1g {3}1\.2 {8}1\.3 {4}CVE-2026-0001/);
      assert.match(error.message, /securityUpdates: true/);
      return true;
    });
  });

  it("uses the scanner that is installed, or the one that is asked for", async () => {
    const calls = install({ grype: { json: GRYPE } });
    await assert.rejects(imageScan.create(inputs()), /1 known vulnerability of severity high or worse \(grype\)/);
    assert.deepEqual(calls(), ["grype --quiet --output json sha256:abc"]);
    await assert.rejects(imageScan.create(inputs({ scanner: "trivy" })), /but trivy is not installed on this machine/);
  });

  it("says how to go on when no scanner is installed", async () => {
    install({});
    await assert.rejects(
      imageScan.create(inputs()),
      /^Error: A scan of the image is asked for, but no scanner is installed on this machine\. Install trivy .* or grype .*, or remove `scan`/,
    );
  });

  it("deploys nothing when the scanner fails or can't be understood, and shows its words", async () => {
    install({ trivy: { stderr: "FATAL: database download failed", code: 1 } });
    await assert.rejects(
      imageScan.create(inputs()),
      /an unscanned image is not deployed\. FATAL: database download failed/,
    );
    install({ trivy: { json: "not json" } });
    await assert.rejects(imageScan.create(inputs()), /The output of trivy can't be read/);
    install({ trivy: { json: { other: true } } });
    await assert.rejects(imageScan.create(inputs()), /The output of trivy can't be read/);
  });

  it("writes the SBOM where it is asked for", async () => {
    for (const name of ["trivy", "grype"]) {
      const calls = install({ [name]: { json: name === "trivy" ? { SchemaVersion: 2 } : { matches: [] } } });
      const sbom = path.join(makeFolder(), "out/weather.cdx.json");
      await imageScan.create(inputs({ sbom }));
      assert.equal(readFileSync(sbom, "utf8"), "{}\n");
      assert.equal(calls().length, 2);
    }
  });

  it("runs again when the digest or the settings change, and else never", async () => {
    const olds = { ...inputs({ severity: "high" }), reference: "sha256:abc" };
    const changes = async (more: Partial<ScanInputs>) =>
      (await imageScan.diff("weather", olds, { ...inputs({ severity: "high" }), ...more })).changes;
    assert.equal(await changes({}), false);
    assert.equal(await changes({ server: "renamed" }), false);
    assert.equal(await changes({ image: "sha256:def" }), undefined);
    assert.equal(await changes({ severity: "low" }), undefined);
    assert.equal(await changes({ ignore: ["CVE-1"] }), undefined);
  });
});
