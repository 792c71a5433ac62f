import path from "node:path";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { UsageError } from "../errors";
import { SecretMode, type Store } from "./secrets";

/** What was asked for. */
export interface RenderOptions {
  /** Absolute path; undefined for stdout. */
  folder: string | undefined;
  mode: SecretMode;
  store?: Store;
  /** A URL or an absolute path. */
  cert?: string;
  images: Record<string, string>;
  build: boolean;
}

/** The values of the options, as the command line gives them. */
export interface Given {
  stack: string;
  json?: boolean | undefined;
  out?: string | undefined;
  secrets?: SecretMode | undefined;
  store?: Store | undefined;
  cert?: string | undefined;
  image?: Record<string, string> | undefined;
  build?: boolean | undefined;
}

/**
 * Brings the values of the options together.
 * @param from the folder that paths start from
 * @throws UsageError for options that mean nothing together
 */
export function renderOptions(given: Given, from: string): RenderOptions {
  const { stack, json, secrets: mode = SecretMode.Reference, store, cert, image: images = {}, build = false } = given;
  const out = given.out ?? path.join("rendered", stack.split("/").at(-1) ?? stack);
  if (out === "-" && json) throw new UsageError("--out - and --json both want stdout.\n  fix: choose one");
  if (store !== undefined && mode !== SecretMode.External) throw goesWith("store", SecretMode.External);
  if (cert !== undefined && mode !== SecretMode.Sealed) throw goesWith("cert", SecretMode.Sealed);
  if (mode === SecretMode.External && store === undefined) {
    throw new UsageError("--secrets external needs the store that the values are in: --store NAME");
  }
  return {
    folder: out === "-" ? undefined : path.resolve(from, out),
    mode,
    ...(store !== undefined && { store }),
    ...(cert !== undefined && { cert: /^https?:/.test(cert) ? cert : path.resolve(from, cert) }),
    images,
    build,
  };
}

const goesWith = (option: string, mode: SecretMode): UsageError =>
  new UsageError(`--${option} means nothing without --secrets ${mode}.\n  fix: add that, or leave --${option} out`);

/**
 * Reads which store holds the values.
 * @throws InvalidArgumentError
 */
export function readStore(given: string): Store {
  const [, kind = "SecretStore", name] = /^(?:(SecretStore|ClusterSecretStore)\/)?([a-z0-9.-]+)$/.exec(given) ?? [];
  if (name) return { kind: kind as Store["kind"], name };
  throw new InvalidArgumentError("This names no store; allowed is NAME, or ClusterSecretStore/NAME.");
}

/**
 * Reads an image of a server, beside those that were given before it.
 * @throws InvalidArgumentError
 */
export function readImage(given: string, before: Record<string, string> = {}): Record<string, string> {
  const [, server, reference] = /^([^=]+)=(\S+@sha256:[0-9a-f]{64})$/.exec(given) ?? [];
  if (server && reference) return { ...before, [server]: reference };
  throw new InvalidArgumentError(
    "It needs a server and an image with its digest.\n" +
      "  allowed: SERVER=REGISTRY/NAME@sha256:<64 hexadecimal digits>\n" +
      "  fix:     docker buildx imagetools inspect REGISTRY/NAME:TAG shows the digest",
  );
}
