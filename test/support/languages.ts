import { spawnSync } from "node:child_process";
import path from "node:path";
import { findOnPath } from "../../cli/command";

const YAML = path.join(__dirname, "../environment/languages/yaml.sh");
/** A build of the host may still be under way. */
const WAIT_MS = 20 * 60_000;

/** The folder of the host for YAML, made where it is missing; undefined on a machine without Go to build it with. */
export function provideYamlHost(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { status, stdout, stderr, error } = spawnSync("bash", [YAML], { encoding: "utf8", timeout: WAIT_MS, env });
  if (status === 0) return stdout.trim();
  if (status !== 3) throw new Error(stderr || error?.message || `${YAML} failed`);
  return undefined;
}

/**
 * The folder of Pulumi's host for a language. Skips the test where there is none. In CI the one for YAML is provided, and
 * waited for: it is missing only on a machine without Go to build it with.
 */
export async function needLanguage(test: Mocha.Context, language: string): Promise<string> {
  const host = await findOnPath(`pulumi-language-${language}`);
  if (host) return path.dirname(host);
  if (language === "yaml" && process.env.CI) {
    test.timeout(WAIT_MS + 60_000);
    const provided = provideYamlHost();
    if (provided) return provided;
  }
  process.stderr.write(`    skipped: pulumi-language-${language} is not on PATH\n`);
  return test.skip();
}
