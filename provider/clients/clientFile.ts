import * as path from "node:path";
import { warn } from "@pulumi/pulumi/log";
import { type Client, clientFormats, clientIds } from "../../common/clients";
import type { JsonObject } from "../../common/clients/endpoint";
import type { CheckFailure, Operations } from "../operations";
import { anyChanged, UNKNOWN } from "../values";
import { applyEntry, fileOf, readEntry, removeEntryFromFile } from "./file";
import { isOurs } from "./ownership";

/** An entry in the file of a client, as the program asks for it. */
export interface ClientFileInputs {
  client: Client;
  /** The file. Defaults to the client's own for this user. */
  file?: string;
  /** The server's name in the file. */
  name: string;
  entry: JsonObject;
}

/** What the state remembers of it. */
export interface ClientFileOutputs extends ClientFileInputs {
  /** The file, absolute. */
  file: string;
  /** The entry as we wrote it last. It stays when the user edits the file: it is what tells our entry from the user's. */
  written: JsonObject;
  /** Containers that did not exist before: "file", "root", or keys. */
  created: string[];
}

/** Stands in the state for an entry that the user has edited: what they wrote may be secret, so it is not copied there. */
const EDITED: JsonObject = { edited: "the entry in the file is not the one that this stack wrote" };

/** Enters a server into a client's configuration file, and takes it out again on destroy. */
export const clientFile: Operations<ClientFileInputs, ClientFileOutputs> = {
  async check(_olds, news) {
    return failures(news);
  },

  async diff(_id, olds, news) {
    const replaces: string[] = (["client", "name"] as const).filter(
      (key) => news[key] !== olds[key] && !isUnknown(news[key]),
    );
    const isAddressKnown = ![news.client, news.name, news.file].some(isUnknown);
    if (replaces.length === 0 && isAddressKnown && fileOf(news) !== olds.file) replaces.push("file");
    const changes = replaces.length > 0 || !isAddressKnown || anyChanged(olds, news, ["entry"]);
    return { changes, replaces };
  },

  async create(inputs) {
    const { file, owned } = await applyEntry(inputs);
    return { id: `${inputs.client}/${inputs.name}`, outs: outputs(inputs, file, owned.entry, owned.created) };
  },

  async read(id, props) {
    // An import gives no more than an id, which does not say whose the entry is.
    if (!props?.client) return { id: "" };
    const entry = await readEntry(props);
    if (entry === undefined) return { id: "" };
    return {
      id,
      props: isOurs(entry, props.written) ? { ...props, entry: props.written } : { ...props, entry: EDITED },
    };
  },

  async update(_id, olds, news) {
    const previous = { entry: olds.written, created: olds.created };
    const { file, owned } = await applyEntry({ ...news, previous });
    return { outs: outputs(news, file, owned.entry, owned.created) };
  },

  async delete(_id, props) {
    const previous = { entry: props.written, created: props.created };
    const outcome = await removeEntryFromFile({ ...props, previous });
    if (outcome === "edited") {
      const { title } = clientFormats[props.client];
      await warn(
        `${props.file}: the server "${props.name}" has been edited since this stack wrote it, and is left as it is. Remove it by hand if ${title} no longer needs it.`,
      );
    }
  },
};

function outputs(inputs: ClientFileInputs, file: string, written: JsonObject, created: string[]): ClientFileOutputs {
  const { client, name, entry } = inputs;
  return { client, name, entry, file, written, created };
}

function isUnknown(value: unknown): boolean {
  return value === UNKNOWN;
}

function failures({ client, file, name, entry }: ClientFileInputs): CheckFailure[] {
  const found: CheckFailure[] = [];
  const fail = (property: string, reason: string) => found.push({ property, reason });
  if (!isUnknown(client) && !clientIds.includes(client)) {
    fail("client", `is no known client: got ${JSON.stringify(client)}, allowed are ${clientIds.join(", ")}`);
  }
  if (typeof name !== "string" || (!isUnknown(name) && !/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name))) {
    fail(
      "name",
      `can't be used by every client: got ${JSON.stringify(name)}, allowed are up to 64 letters, digits, "-" and "_", starting with a letter or digit`,
    );
  }
  if (file !== undefined && !isUnknown(file) && (typeof file !== "string" || path.basename(file) === "")) {
    fail("file", `must be the path of a file: got ${JSON.stringify(file)}`);
  }
  if (!isUnknown(entry) && (entry === null || typeof entry !== "object" || Array.isArray(entry))) {
    fail("entry", `must be an object, the entry of the client's file: got ${JSON.stringify(entry)}`);
  }
  return found;
}
