import { asList, asMapping } from "./composeFile";
import type { ServiceReader } from "./reader";
import { interpolate } from "./values";

/** A mount of a container. */
export interface Mount {
  kind: "volume" | "bind" | "tmpfs" | "anonymous";
  /** Name of the volume, or path on the machine. */
  source: string;
  target: string;
}

/** Reads `volumes` of a service, in the short and the long form. */
export function readMounts(reader: ServiceReader): Mount[] {
  return asList(reader.take("volumes")).flatMap((item) => {
    const mount = asMapping(item) ? longForm(item) : shortForm(interpolate(item).text);
    if (mount) return [mount];
    reader.note("volumes", item, "this is no mount that is known here", "leave it out");
    return [];
  });
}

function shortForm(text: string): Mount | undefined {
  // A drive letter of Windows has a colon of its own.
  const [, source, target] = /^(?:((?:[A-Za-z]:[\\/])?[^:]*):)?(\/[^:]*)(?::[^:]*)?$/.exec(text) ?? [];
  if (target === undefined) return undefined;
  if (source === undefined) return { kind: "anonymous", source: "", target };
  return { kind: /^[./~]|^[A-Za-z]:|^\$/.test(source) ? "bind" : "volume", source, target };
}

function longForm(item: unknown): Mount | undefined {
  const { type, source, target } = asMapping(item) ?? {};
  if (typeof target !== "string" || (type !== "volume" && type !== "bind" && type !== "tmpfs")) return undefined;
  const from = interpolate(source ?? "").text;
  return { kind: type === "volume" && from === "" ? "anonymous" : type, source: from, target };
}

/** Names a mount that is not carried over. */
export function noteMount(reader: ServiceReader, { kind, source, target }: Mount, isServer: boolean): void {
  const what = source ? `${source}:${target}` : target;
  const [why, fix] = reasonOf(kind, source, target, isServer);
  reader.note("volumes", what, why, fix);
}

function reasonOf(kind: Mount["kind"], source: string, target: string, isServer: boolean): [string, string] {
  if (/docker\.sock$/.test(source)) return ["the engine's socket is root on the machine", "do without it"];
  if (kind === "tmpfs") return ["only /tmp is kept in memory, 64 MB", "write there"];
  if (kind === "bind") {
    return isServer
      ? ["folders of the machine are not mounted", "have it in the server's folder, which is copied into the image"]
      : ["folders of the machine are not mounted", `build an image with it: FROM this one, COPY it to ${target}`];
  }
  return isServer
    ? ["a server has one volume, /app/logs", "keep data in a service of mcp:services"]
    : ["a service has one volume", "put it below the other one's folder, or into a service of its own"];
}
