import { asPairs } from "./composeFile";
import type { ServiceReader } from "./reader";
import { interpolate, words } from "./values";

/** Label of an image or a container that holds an MCP server, with its name. Source: "server.json" of the MCP registry, packages of the type oci. */
const SERVER_LABEL = "io.modelcontextprotocol.server.name";

/** Whether a service with an image says that it is an MCP server, as the registry's images and exported stacks do. */
export const isLabelledServer = (reader: ServiceReader): boolean =>
  reader.has("image") && asPairs(reader.peek("labels")).some(([name]) => name === SERVER_LABEL);

/** Takes the label out, which every container of a server gets anyway. */
export function takeServerLabel(reader: ServiceReader): void {
  const others = asPairs(reader.take("labels")).filter(([name]) => name !== SERVER_LABEL);
  if (others.length === 0) return;
  const names = others.map(([name]) => name).join(", ");
  reader.note("labels", names, "containers carry the labels of this package alone", "leave them out");
}

/** Takes the image of a service, and names what keeps it from being one and the same tomorrow. */
export function takeImage(reader: ServiceReader, field: string): string {
  const { unknown } = interpolate(reader.take("image"));
  if (unknown.length > 0) {
    const why = `the value of ${unknown.join(", ")} is not in the file`;
    reader.note("image", reader.image, why, `write it in \`${field}\``);
  } else if (!/@sha256:|:[^/]+$/.test(reader.image) || /:latest$/.test(reader.image)) {
    const fix = "write the version that runs now, such as `docker image ls` shows it";
    reader.note("image", reader.image, "it is not pinned, and would change by itself", fix);
  }
  return reader.image;
}

/** Takes the command that replaces the image's own, as words. */
export function takeCommand(reader: ServiceReader, field: string): string[] | undefined {
  const given = reader.take("command");
  if (given === undefined || given === null) return undefined;
  const all = words(given).map(interpolate);
  const unknown = all.flatMap((word) => word.unknown);
  if (unknown.length === 0) return all.map(({ text }) => text);
  const why = `the value of ${unknown.join(", ")} is not in the file, and others can read a command`;
  reader.note("command", "its words", why, `set \`${field}\`, and let it read a secret from its environment`);
  return undefined;
}
