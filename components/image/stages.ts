import type { Addition } from "../../runtime/files";
import type { ImageLayout } from "../server";
import { certificateLines } from "./certificate";

/** What decides about a written Dockerfile beyond the server itself. */
export interface DockerfileOptions {
  layout: ImageLayout;
  /** Image that the stages start from, by tag or digest. */
  base: string;
  /** Whether the system's security updates are installed on top of the base. */
  securityUpdates?: boolean;
  /** System packages, by the base's package manager. */
  systemPackages?: string[];
  /** System packages that only the installation of the dependencies needs. */
  buildPackages?: string[];
  /** Names of build arguments that the installation gets, beyond those that are always declared. */
  buildArguments?: string[];
  /** Certificate authorities in PEM, for the build and the server. */
  certificates?: string;
  /** A text whose change renews what is installed. */
  refresh?: string;
  /** Labels of the image beyond those that every image has. */
  labels?: Record<string, string>;
}

/** The part of a Dockerfile that differs between runtimes. */
export interface RuntimeRecipe {
  /** Installs the dependencies into `dependencies`, in the working directory /app. */
  install: string[];
  /** Absolute path of the installed dependencies. */
  dependencies: string;
  /** Where they are when the source is mounted, and hides what is below /app. */
  besideMount?: string;
  env: Record<string, string>;
  /** Command that exits with 0 when the server answers. */
  probe: string[];
  command: string[];
}

/** Everything up to the server's source, in one stage or two. */
export function stages(
  { install, dependencies, besideMount = dependencies }: RuntimeRecipe,
  options: DockerfileOptions,
  { additions = [], isMounted = false }: { additions?: Addition[]; isMounted?: boolean } = {},
): string[] {
  const added = additions.flatMap((addition) => addition.install);
  const { layout, base, systemPackages = [], buildPackages = [], securityUpdates = false } = options;
  if (layout === "lightweight" && !isMounted) {
    return [
      ...start(base, options),
      ...packageLines(base, ["tini", ...systemPackages, ...buildPackages], securityUpdates),
      "WORKDIR /app",
      ...install,
      ...added,
    ];
  }
  const tini = isAlpine(base) ? "/sbin/tini" : "/usr/bin/tini";
  return [
    ...start(`${base} AS build`, options),
    ...packageLines(base, ["tini", ...buildPackages], false),
    "WORKDIR /app",
    ...install,
    ...added,
    "",
    ...start(base, options),
    ...packageLines(base, systemPackages, securityUpdates),
    "WORKDIR /app",
    // The file alone: the package manager would leave 1.6 MB of its own files beside it.
    `COPY --from=build ${tini} ${tini}`,
    `COPY --from=build ${dependencies} ${isMounted ? besideMount : dependencies}`,
    ...additions.map(({ folder }) => `COPY --from=build ${folder} ${folder}`),
  ];
}

function start(from: string, { refresh, certificates }: DockerfileOptions): string[] {
  return [
    `FROM ${from}`,
    // Commands are cached by the build arguments before them: a new value runs them anew.
    ...(refresh === undefined ? [] : [`ARG REFRESH=${JSON.stringify(refresh).replaceAll("$", "\\$")}`]),
    ...(certificates === undefined ? [] : certificateLines(certificates)),
  ];
}

/** Installs system packages, and the security updates when asked, in one layer without the package lists and logs. */
function packageLines(base: string, names: string[], securityUpdates: boolean): string[] {
  if (names.length === 0 && !securityUpdates) return [];
  const packages = [...new Set(names)].sort().join(" ");
  const steps = isAlpine(base)
    ? [...(securityUpdates ? ["apk upgrade --no-cache"] : []), ...(packages ? [`apk add --no-cache ${packages}`] : [])]
    : [
        "apt-get update",
        ...(securityUpdates ? ["apt-get upgrade -y"] : []),
        ...(packages ? [`apt-get install -y --no-install-recommends ${packages}`] : []),
        "rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log /var/lib/dpkg/*-old /var/cache/debconf/*-old",
      ];
  return [`RUN ${steps.join(" \\\n && ")}`];
}

const isAlpine = (base: string): boolean => /alpine/.test(base);
