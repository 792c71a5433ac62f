import type { ImageLayout } from "../server";

/** What decides about a written Dockerfile beyond the server itself. */
export interface DockerfileOptions {
  layout: ImageLayout;
  /** Image that the stages start from, by tag or digest. */
  base: string;
  /** Whether the system's security updates are installed on top of the base. */
  securityUpdates: boolean;
  /** System packages, by the base's package manager. */
  systemPackages: string[];
  /** Digest of the source, for the revision label. */
  revision: string;
}

/** The part of a Dockerfile that differs between runtimes. */
export interface RuntimeStages {
  /** Everything up to the server's source. */
  stages: string[];
  env: Record<string, string>;
  /** Command that exits with 0 when the server answers. */
  probe: string[];
  command: string[];
}

/** Installs system packages, and the security updates when asked, in one layer without the package lists. */
export function systemPackageLine({ base, systemPackages, securityUpdates }: DockerfileOptions): string {
  const packages = [...new Set(["tini", ...systemPackages])].sort().join(" ");
  const steps = /alpine/.test(base)
    ? [...(securityUpdates ? ["apk upgrade --no-cache"] : []), `apk add --no-cache ${packages}`]
    : [
        "apt-get update",
        ...(securityUpdates ? ["apt-get upgrade -y"] : []),
        `apt-get install -y --no-install-recommends ${packages}`,
        "rm -rf /var/lib/apt/lists/*",
      ];
  return `RUN ${steps.join(" \\\n && ")}`;
}
