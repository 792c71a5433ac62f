import type { Config, Server } from "./plain";

type Image = Server["image"];

/** What the stack says of all images that concerns one that exists already, too. */
const NOT_ABOUT_BUILDING = ["pinning", "scan", "platform"] as const;

/**
 * The image settings of a server, those of the stack beneath its own. How images are built does not concern a server
 * whose image exists already.
 */
export function imageOf(own: Image, shared: Config["image"]): Image {
  if (!own && !shared) return undefined;
  if (own?.reference === undefined) return { ...shared, ...own };
  const given = NOT_ABOUT_BUILDING.filter((field) => shared?.[field] !== undefined);
  return { ...Object.fromEntries(given.map((field) => [field, shared?.[field]])), ...own };
}
