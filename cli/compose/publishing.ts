import { asList, asMapping } from "./composeFile";
import type { ServiceReader } from "./reader";
import { interpolate } from "./values";

/** A port of a container, and where it is published. */
export interface Port {
  container: number;
  /** Port of the machine; undefined where the engine chooses one. */
  published?: number;
  address?: string;
  protocol: string;
}

/** Reads `ports`; what is no single port, such as a range, is named. */
export function readPorts(reader: ServiceReader): Port[] {
  return asList(reader.take("ports")).flatMap((item) => {
    const port = asMapping(item) ? longForm(item) : shortForm(interpolate(item).text);
    if (port) return [port];
    reader.note("ports", item, "this is no single port with a number", "set the port in the config");
    return [];
  });
}

function shortForm(text: string): Port | undefined {
  const form = /^(?:(?:(\[[^\]]+\]|[\d.]+):)?(\d*):)?(\d+)(?:\/(\w+))?$/;
  const [, address, published, container, protocol = "tcp"] = form.exec(text) ?? [];
  if (container === undefined) return undefined;
  return {
    container: Number(container),
    protocol,
    ...(published && { published: Number(published) }),
    ...(address && { address }),
  };
}

function longForm(item: unknown): Port | undefined {
  const { target, published, host_ip: address, protocol = "tcp" } = asMapping(item) ?? {};
  if (!/^\d+$/.test(String(target)) || !/^\d*$/.test(String(published ?? ""))) return undefined;
  return {
    container: Number(target),
    protocol: String(protocol),
    ...(published ? { published: Number(published) } : {}),
    ...(typeof address === "string" && { address }),
  };
}

/** The one port that an entry can publish, under its own number on 127.0.0.1. What differs from that is named. */
export function onePort(reader: ServiceReader, what: string): number | undefined {
  const [port, ...others] = readPorts(reader).filter((candidate) => {
    if (candidate.protocol === "tcp") return true;
    reader.note("ports", `${candidate.container}/${candidate.protocol}`, "only TCP is published", "leave it out");
    return false;
  });
  for (const other of others) {
    const why = `only one port is published, ${port?.container}`;
    reader.note("ports", String(other.container), why, "reach it inside the stack's network");
  }
  if (port === undefined) return undefined;
  const { container, published = container, address = "0.0.0.0" } = port;
  if (published !== container) {
    const fix = `connect to ${container}, or set \`${what}: ${published}\` if it can listen there`;
    reader.note("ports", `${published}:${container}`, "a port is published under its own number", fix);
  }
  if (address !== "127.0.0.1") {
    const fix = "put a proxy in front of it for others";
    reader.note("ports", `${address}:${published}`, "it is published on 127.0.0.1 only", fix);
  }
  return container;
}
