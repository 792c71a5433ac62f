import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { UsageError } from "./errors";

const FILES = ["Pulumi.yaml", "Pulumi.yml"];

/**
 * The folder of the project that a command is about: the nearest with a Pulumi.yaml, from here upwards.
 * @throws UsageError when there is none
 */
export function projectRoot(from = process.cwd()): string {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (FILES.some((file) => existsSync(path.join(folder, file)))) return folder;
    if (folder === path.dirname(folder)) {
      throw new UsageError(
        `This is no Pulumi project: neither ${path.resolve(from)} nor a folder above it has a Pulumi.yaml.\n` +
          "  fix: go to the folder of a project",
      );
    }
  }
}

/** What a project's own settings say of its backend; undefined when they leave it open. */
export function projectBackend(root: string): string | undefined {
  const file = FILES.map((name) => path.join(root, name)).find((name) => existsSync(name));
  const { backend } = (file && parse(readFileSync(file, "utf8"))) || {};
  return typeof backend?.url === "string" ? backend.url : undefined;
}

/** The compiled program of this package, where the project is this package itself: engines without a language host get it. */
export function ownProgram(root: string): string | undefined {
  const file = path.join(path.dirname(__dirname), "index.js");
  return path.resolve(root) === path.dirname(path.dirname(file)) && existsSync(file) ? file : undefined;
}

/** A path as the user gave it, from the folder that they ran npm in: npm itself moves to the project's. */
export const userFolder = (): string => process.env.INIT_CWD ?? process.cwd();
