import { readFileSync } from "node:fs";
import path from "node:path";

interface Manifest {
  name?: unknown;
  mcpName?: unknown;
  repository?: unknown;
}

/**
 * Labels that say where an image comes from. The revision is the digest of what it is built from, not a commit: the same
 * source is the same image.
 */
export function originLabels(
  folder: string,
  { revision, repository }: { revision?: string; repository?: string | undefined },
): Record<string, string> {
  const packageJson = readManifest(folder, "package.json");
  const serverJson = readManifest(folder, "server.json");
  // The name in the MCP registry, where the server has one: "io.github.acme/weather".
  const name = [serverJson.name, packageJson.mcpName].find((value) => typeof value === "string");
  const url = repository ?? repositoryUrl(packageJson.repository) ?? repositoryUrl(serverJson.repository);
  return {
    ...(revision !== undefined && { "org.opencontainers.image.revision": revision }),
    ...(url !== undefined && { "org.opencontainers.image.source": url }),
    ...(typeof name === "string" && { "io.modelcontextprotocol.server.name": name }),
  };
}

/** "github:acme/weather", "git+https://host/acme/weather.git" or an object with it, as a URL that a browser opens. */
function repositoryUrl(repository: unknown): string | undefined {
  const text = typeof repository === "string" ? repository : (repository as { url?: unknown } | undefined)?.url;
  if (typeof text !== "string") return undefined;
  const [, owner] = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(text) ?? [];
  const url = owner ? `https://github.com/${owner}` : text.replace(/^git\+/, "").replace(/\.git$/, "");
  return /^https:\/\/[^@\s]+$/.test(url) ? url : undefined;
}

function readManifest(folder: string, file: string): Manifest {
  try {
    const content: unknown = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
    return typeof content === "object" && content !== null ? content : {};
  } catch {
    return {};
  }
}
