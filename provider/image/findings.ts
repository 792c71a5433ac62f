import { z } from "zod";

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

const trivy = z.object({
  SchemaVersion: z.number(),
  Results: z
    .array(
      z.object({
        Vulnerabilities: z
          .array(
            z.object({
              VulnerabilityID: z.string(),
              PkgName: z.string(),
              InstalledVersion: z.string().default(""),
              FixedVersion: z.string().default(""),
              Severity: z.string(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

const grype = z.object({
  matches: z.array(
    z.object({
      vulnerability: z.object({
        id: z.string(),
        severity: z.string().default("unknown"),
        fix: z.object({ versions: z.array(z.string()).nullish() }).nullish(),
      }),
      artifact: z.object({ name: z.string(), version: z.string() }),
    }),
  ),
});

/** Reads what `trivy image --format json` prints. */
export function trivyFindings(json: string): Finding[] {
  const { Results } = trivy.parse(JSON.parse(json));
  return (Results ?? []).flatMap(({ Vulnerabilities }) =>
    (Vulnerabilities ?? []).map((found) => ({
      id: found.VulnerabilityID,
      severity: found.Severity.toLowerCase(),
      package: found.PkgName,
      installed: found.InstalledVersion,
      fixed: found.FixedVersion,
    })),
  );
}

/** Reads what `grype --output json` prints. */
export function grypeFindings(json: string): Finding[] {
  return grype.parse(JSON.parse(json)).matches.map(({ vulnerability, artifact }) => ({
    id: vulnerability.id,
    severity: vulnerability.severity.toLowerCase(),
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
