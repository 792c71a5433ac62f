import type { Server } from "../../config/plain";
import { asMapping, type ComposeFile } from "./composeFile";
import { dependencies, type Neighbours } from "./dependencies";
import { brief, type Finding } from "./findings";
import { isLabelledServer } from "./image";
import { type ImportContext, importServer } from "./importServer";
import { importService, isRedis, type ServiceEntry } from "./importService";
import { ServiceReader } from "./reader";

/** A compose file as config of a stack. */
export interface Imported {
  config: { "mcp:target": "docker"; "mcp:services"?: ServiceEntry[]; "mcp:servers": Server[] };
  /** Everything that is not carried over as it was. */
  findings: Finding[];
  /** Names of the secrets that want a value, sorted. */
  secrets: string[];
}

/** Maps a compose file to config: what is built becomes a server, what is an image a service, unless its label says that it is a server. */
export function importConfig(file: ComposeFile, surroundings: Omit<ImportContext, "volumeNames">): Imported {
  const context = { ...surroundings, volumeNames: volumeNames(file) };
  const readers = Object.entries(file.services).map(([name, service]) => new ServiceReader(name, service));
  const isServer = (reader: ServiceReader) => reader.has("build") || isLabelledServer(reader);
  const servers = readers.filter(isServer);
  const neighbours: Neighbours = {
    servers: servers.map(({ name }) => name),
    services: readers.filter((reader) => !isServer(reader) && reader.has("image")).map(({ name }) => name),
    redis: readers.filter((reader) => !isServer(reader) && isRedis(reader.image)).map(({ name }) => name),
  };
  const entries: { servers: Server[]; services: ServiceEntry[] } = { servers: [], services: [] };
  for (const reader of readers) {
    if (isServer(reader)) {
      const server = importServer(reader, context);
      // Without its source nothing of it can be carried over, and one line says so.
      if (server === undefined) continue;
      entries.servers.push(dependencies(reader, neighbours, server));
    } else if (reader.has("image")) {
      entries.services.push(importService(reader, context));
      dependencies(reader, neighbours);
    } else {
      reader.note("image", "nothing", "there is neither `build` nor `image`", "add the entry by hand");
    }
    reader.noteRest();
  }
  return {
    config: {
      "mcp:target": "docker",
      ...(entries.services.length > 0 && { "mcp:services": entries.services }),
      "mcp:servers": entries.servers,
    },
    findings: [...topFindings(file), ...readers.flatMap(({ findings }) => findings)],
    secrets: secretNames(entries),
  };
}

function secretNames({ servers, services }: { servers: Server[]; services: ServiceEntry[] }): string[] {
  const ofBuilds = servers.flatMap(({ image }) => image?.buildSecrets ?? []);
  return [...new Set([...ofBuilds, ...[...servers, ...services].flatMap(({ secrets = [] }) => secrets)])].sort();
}

/** Volumes whose name the file sets, or that exist outside of it. */
function volumeNames({ top }: ComposeFile): Record<string, string> {
  return Object.fromEntries(
    Object.entries(asMapping(top.volumes) ?? {}).flatMap(([key, volume]) => {
      const { name, external } = asMapping(volume) ?? {};
      if (typeof name === "string") return [[key, name]];
      return external === true ? [[key, key]] : [];
    }),
  );
}

const TOP_REASONS: Record<string, [why: string, fix: string]> = {
  version: ["it is obsolete, and harmless", "nothing to do"],
  name: ["the project is named by Pulumi.yaml, its containers after the stack", "nothing to do"],
  include: [
    "only this file is read",
    "import the others, too, or the output of docker compose config --no-interpolate",
  ],
  configs: ["there are no config files beside the images", "copy them in the Dockerfiles"],
  secrets: ["there are no secret files in containers", "name the variables in `secrets` of the entries"],
  models: ["there is no setting for it", "declare it in mcp:services"],
};

function topFindings({ top }: ComposeFile): Finding[] {
  const named = Object.entries(top).flatMap(([at, value]) => {
    const reason = TOP_REASONS[at];
    return reason ? [{ at, what: brief(value), why: reason[0], fix: reason[1] }] : [];
  });
  const networks = Object.entries(asMapping(top.networks) ?? {});
  const isPlain = networks.length <= 1 && networks.every(([, settings]) => isDefault(settings, ["bridge"]));
  return [
    ...named,
    ...(isPlain
      ? []
      : [
          {
            at: "networks",
            what: networks.map(([name]) => name).join(", "),
            why: "every stack has one network of its own",
            fix: "use a stack for each where they must not see each other",
          },
        ]),
    ...Object.entries(asMapping(top.volumes) ?? {}).flatMap(([name, settings]) =>
      isDefault(settings, ["local"])
        ? []
        : [
            {
              at: `volumes.${name}`,
              what: brief(settings),
              why: "volumes are of the driver local, without options",
              fix: "copy the data to the new volume",
            },
          ],
    ),
  ];
}

/** Whether the settings of a network or a volume say nothing beyond its name. */
function isDefault(settings: unknown, drivers: string[]): boolean {
  const { driver, name: _, external: __, ...others } = asMapping(settings) ?? {};
  return (driver === undefined || drivers.includes(String(driver))) && Object.keys(others).length === 0;
}
