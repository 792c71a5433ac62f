import { spawn } from "node:child_process";
import { scryptSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import stringify from "fast-json-stable-stringify";
import { parse } from "yaml";
import { maskSecrets } from "../../provider/check/logs";
import { findOnPath } from "../command";
import { UsageError } from "../errors";
import type { Manifest, SecretManifest } from "./manifest";

/** A sealed Secret, and the line above it that says what it was sealed from. */
export interface Sealed {
  manifest: Manifest;
  comments: string[];
}

export type Sealer = (secret: SecretManifest) => Promise<Sealed>;

export interface SealOptions {
  /** Certificate of the cluster's controller, a file or a URL. Without one kubeseal asks the cluster for it. */
  cert?: string;
  /** Context of the kubeconfig whose cluster is asked. */
  context: string;
  /** The text that an earlier render wrote for a Secret. */
  earlier(name: string): string | undefined;
  env?: NodeJS.ProcessEnv;
}

const MARK = "# Sealed from ";

/**
 * Seals Secrets with the installed kubeseal, which must be there. What an earlier render sealed from the same values for
 * the same certificate stays: each sealing gives another text.
 * @throws UsageError when kubeseal is missing or fails
 */
export async function kubesealer(options: SealOptions): Promise<Sealer> {
  const { cert, context, earlier, env = process.env } = options;
  const binary = await findOnPath("kubeseal", env);
  if (binary === undefined) {
    throw new UsageError(
      "--secrets sealed needs kubeseal, the command of Sealed Secrets, and it is not on PATH.\n" +
        "  fix: install it (github.com/bitnami-labs/sealed-secrets), or choose --secrets reference or external",
    );
  }
  const args = ["--format", "yaml", ...(cert === undefined ? ["--context", context] : ["--cert", cert])];
  return async (secret) => {
    const comment = `${MARK}${digest(secret, cert)}`;
    const text = earlier(secret.metadata.name);
    if (text?.split("\n").includes(comment)) return { manifest: parse(text) as Manifest, comments: [comment] };
    const output = await seal(binary, args, secret, env);
    return { manifest: withoutNulls(parse(output)) as Manifest, comments: [comment] };
  };
}

/** Runs kubeseal. The Secret goes through a pipe: it stands in no file and on no command line. */
async function seal(binary: string, args: string[], secret: SecretManifest, env: NodeJS.ProcessEnv): Promise<string> {
  const { name } = secret.metadata;
  const { code, stdout, stderr } = await run(binary, args, JSON.stringify(secret), env);
  const values = Object.values(secret.data).flatMap((text) => [text, Buffer.from(text, "base64").toString()]);
  const told = maskSecrets(stderr.trim(), values);
  const kind = code === 0 ? (parse(stdout) as Manifest | null)?.kind : undefined;
  if (kind === "SealedSecret") return stdout;
  const reason = told || (code === 0 ? `it printed no SealedSecret but ${kind ?? "nothing"}` : `exit code ${code}`);
  const help = args.includes("--cert") ? "" : "\n  fix: with --cert FILE the cluster is not asked for its certificate";
  throw new UsageError(`kubeseal could not seal ${name}: ${reason}${help}`);
}

function run(
  binary: string,
  args: string[],
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { env, stdio: ["pipe", "pipe", "pipe"] });
    const result = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      result.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      result.stderr += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...result }));
    // One that ends early says why on stderr.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** Tells whether a Secret was sealed before. By a slow function, since it stands beside the sealed values. */
function digest(secret: SecretManifest, cert = ""): string {
  const certificate = existsSync(cert) ? readFileSync(cert, "utf8") : cert;
  const { name, namespace = "" } = secret.metadata;
  return scryptSync(stringify([secret, certificate]), `${namespace}/${name}`, 16, { N: 4096 }).toString("hex");
}

/** kubeseal writes `creationTimestamp: null`. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}
