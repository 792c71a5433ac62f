import { readlink } from "node:fs/promises";
import path from "node:path";
import type { Operations } from "../operations";
import { anyChanged, GONE } from "../values";
import { pointTo } from "./release";

/** Which release of a stdio server its clients start. */
export interface ActivationInputs {
  /** Absolute path of the server's folder. */
  folder: string;
  /** Name of a release in it. */
  release: string;
}

/** Switches the link `current`, by which clients start a stdio server, once the release has passed its check. */
export const activation = {
  async diff(_id: string, olds: ActivationInputs, news: ActivationInputs) {
    return { changes: anyChanged(olds, news, ["folder", "release"]) || !(await isActive(olds)) };
  },

  async create(inputs: ActivationInputs) {
    return { id: inputs.folder, outs: await activate(inputs) };
  },

  async update(_id: string, _olds: ActivationInputs, news: ActivationInputs) {
    return { outs: await activate(news) };
  },

  async read(id: string, outs?: ActivationInputs) {
    return outs && (await isActive(outs)) ? { id, props: outs } : GONE;
  },

  // No delete: the link goes with the server's folder.
} satisfies Operations<ActivationInputs, ActivationInputs>;

async function activate(inputs: ActivationInputs): Promise<ActivationInputs> {
  await pointTo(link(inputs), path.join("releases", inputs.release));
  return inputs;
}

async function isActive(inputs: ActivationInputs): Promise<boolean> {
  return path.basename(await readlink(link(inputs)).catch(() => "")) === inputs.release;
}

const link = ({ folder }: ActivationInputs): string => path.join(folder, "current");
