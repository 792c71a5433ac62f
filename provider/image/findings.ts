import { type Schema, validate } from "jsonschema";

/** A known vulnerability of a package in an image. */
export interface Finding {
  id: string;
  severity: string;
  package: string;
  installed: string;
  /** The version that mends it; empty when there is none. */
  fixed: string;
}

/** From bad to harmless. What scanners call otherwise ("negligible", "unknown") is below them. */
const ORDER = ["critical", "high", "medium", "low"];

/** What of `trivy image --format json` is read. */
interface TrivyReport {
  Results?:
    | {
        Vulnerabilities?:
          | {
              VulnerabilityID: string;
              PkgName: string;
              InstalledVersion?: string;
              FixedVersion?: string;
              Severity: string;
            }[]
          | null;
      }[]
    | null;
}

/** What of `grype --output json` is read. */
interface GrypeReport {
  matches: {
    vulnerability: { id: string; severity?: string; fix?: { versions?: string[] | null } | null };
    artifact: { name: string; version: string };
  }[];
}

const text: Schema = { type: "string" };
const list = (properties: Record<string, Schema>, required: string[], type: string[] = ["array"]): Schema => ({
  type,
  items: { type: "object", properties, required },
});

const trivy: Schema = {
  type: "object",
  required: ["SchemaVersion"],
  properties: {
    Results: list(
      {
        Vulnerabilities: list(
          { VulnerabilityID: text, PkgName: text, InstalledVersion: text, FixedVersion: text, Severity: text },
          ["VulnerabilityID", "PkgName", "Severity"],
          ["array", "null"],
        ),
      },
      [],
      ["array", "null"],
    ),
  },
};

const grype: Schema = {
  type: "object",
  required: ["matches"],
  properties: {
    matches: list(
      {
        vulnerability: { type: "object", properties: { id: text, severity: text }, required: ["id"] },
        artifact: { type: "object", properties: { name: text, version: text }, required: ["name", "version"] },
      },
      ["vulnerability", "artifact"],
    ),
  },
};

/** @throws ValidatorResultError when it is no report of the scanner's */
const report = <T>(json: string, schema: Schema): T =>
  validate(JSON.parse(json), schema, { throwAll: true }).instance as T;

/** Reads what `trivy image --format json` prints. */
export function trivyFindings(json: string): Finding[] {
  const { Results } = report<TrivyReport>(json, trivy);
  return (Results ?? []).flatMap(({ Vulnerabilities }) =>
    (Vulnerabilities ?? []).map((found) => ({
      id: found.VulnerabilityID,
      severity: found.Severity.toLowerCase(),
      package: found.PkgName,
      installed: found.InstalledVersion ?? "",
      fixed: found.FixedVersion ?? "",
    })),
  );
}

/** Reads what `grype --output json` prints. */
export function grypeFindings(json: string): Finding[] {
  return report<GrypeReport>(json, grype).matches.map(({ vulnerability, artifact }) => ({
    id: vulnerability.id,
    severity: (vulnerability.severity ?? "unknown").toLowerCase(),
    package: artifact.name,
    installed: artifact.version,
    fixed: (vulnerability.fix?.versions ?? []).join(", "),
  }));
}

/** The findings that fail a deployment, the worst first, each once. */
export function failing(
  findings: Finding[],
  { severity, unfixed, ignore }: { severity: string; unfixed: boolean; ignore: string[] },
): Finding[] {
  const limit = ORDER.indexOf(severity);
  const bad = findings.filter((finding) => {
    const rank = ORDER.indexOf(finding.severity);
    return rank >= 0 && rank <= limit && (unfixed || finding.fixed !== "") && !ignore.includes(finding.id);
  });
  const unique = new Map(bad.map((finding) => [`${finding.id} ${finding.package} ${finding.installed}`, finding]));
  return [...unique.values()].sort(
    (a, b) =>
      ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) ||
      a.package.localeCompare(b.package, "en") ||
      a.id.localeCompare(b.id, "en"),
  );
}

const MOST_LINES = 50;

/** Findings as a table for people. */
export function findingsText(findings: Finding[]): string {
  const shown = findings.slice(0, MOST_LINES);
  const rows = [
    ["severity", "package", "installed", "fixed", "id"],
    ...shown.map((found) => [found.severity, found.package, found.installed, found.fixed || "none", found.id]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`);
  const rest = findings.length - shown.length;
  return [...lines, ...(rest > 0 ? [`  and ${rest} more`] : [])].join("\n");
}
