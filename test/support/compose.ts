import { spawnSync } from "node:child_process";
import path from "node:path";

const PROVISION = path.join(__dirname, "../environment/docker/compose.sh");
/** A build of the plugin may still be under way. */
const WAIT_MS = 15 * 60_000;

/**
 * Skips a test where `docker compose` is missing. In CI it is provided, and waited for: it is missing only on a machine
 * without Docker or without Go to build it with.
 */
export function needCompose(test: Mocha.Context): void {
  test.timeout(WAIT_MS + 60_000);
  if (process.env.CI) {
    const { status, stderr, error } = spawnSync("bash", [PROVISION], { encoding: "utf8", timeout: WAIT_MS });
    if (status !== 0 && status !== 3) throw new Error(stderr || error?.message || `${PROVISION} failed`);
  }
  if (spawnSync("docker", ["compose", "version"]).status === 0) return;
  process.stderr.write("    skipped: docker compose is not installed; the keys are checked all the same\n");
  test.skip();
}
