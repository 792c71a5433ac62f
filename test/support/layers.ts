import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { docker } from "./docker";

/** What was looked through of an image, by its names in `docker save`, and in which of it the text was found. */
export interface Search {
  layers: string[];
  found: string[];
}

/**
 * Searches all that an image is made of: each layer by itself, so also files that a later one removed, and the config with
 * the history. A layer is a tar file without compression: contents and names of its files stand in it as they are.
 */
export async function searchImage(image: string, text: string): Promise<Search> {
  const found: string[] = [];
  const names: string[] = [];
  let manifest = "";
  const entries = extract();
  entries.on("entry", ({ name }, stream, next) => {
    names.push(name);
    const search = async (chunks: AsyncIterable<Buffer>) => {
      let rest = Buffer.alloc(0);
      let isFound = false;
      for await (const chunk of chunks) {
        const part = Buffer.concat([rest, chunk]);
        isFound ||= part.includes(text);
        // What is cut between two chunks is found in the next.
        rest = part.subarray(Math.max(0, part.length - text.length + 1));
        if (name === "manifest.json") manifest += chunk.toString();
      }
      if (isFound) found.push(name);
    };
    unzipped(stream as AsyncIterable<Buffer>)
      .then(search)
      .then(() => next(), next);
  });
  await pipeline(await docker().getImage(image).get(), entries);
  const [{ Layers: layers, Config }] = JSON.parse(manifest) as [{ Layers: string[]; Config: string }];
  const missing = [...layers, Config].filter((part) => !names.includes(part));
  if (missing.length > 0) throw new Error(`${image}: ${missing.join(", ")} could not be searched`);
  return { layers, found };
}

/** Some engines compress the layers that they save. */
async function unzipped(stream: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer>> {
  const chunks = stream[Symbol.asyncIterator]();
  const first = await chunks.next();
  const all = (async function* () {
    if (!first.done) yield first.value;
    for (let chunk = await chunks.next(); !chunk.done; chunk = await chunks.next()) yield chunk.value;
  })();
  if (first.done || first.value.subarray(0, 2).toString("hex") !== "1f8b") return all;
  const gunzip = createGunzip();
  void pipeline(all, gunzip);
  return gunzip;
}
