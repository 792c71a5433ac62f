import path from "node:path";
import { closest } from "fastest-levenshtein";
import { type OptionSpec, UsageError } from "../options";
import { SecretMode, type Store } from "./secrets";

/** The options of `npm run render`, besides those of all commands. */
export const RENDER_OPTIONS: Record<string, OptionSpec> = {
  out: { type: "string", value: "FOLDER", description: "Write there; - for stdout. Defaults to rendered/<stack>." },
  secrets: {
    type: "string",
    value: "MODE",
    description: "reference (named only), external, sealed, or plain (in clear). Defaults to reference.",
  },
  store: {
    type: "string",
    value: "NAME",
    description: "For external: the SecretStore; ClusterSecretStore/NAME for one of the cluster.",
  },
  cert: { type: "string", value: "FILE", description: "For sealed: the controller's certificate, for kubeseal." },
  image: {
    type: "string",
    value: "SERVER=REF",
    description: "An image that was built elsewhere, with its digest. As often as needed.",
  },
  build: {
    type: "boolean",
    description: "Build and push images that changed, and generate new passwords. The cluster stays as it is.",
  },
};

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

interface Given {
  stack: string;
  flags: Set<string>;
  values: Record<string, string[]>;
}

/**
 * Reads the values of the options.
 * @param from the folder that paths start from
 * @throws UsageError
 */
export function renderOptions({ stack, flags, values }: Given, from: string): RenderOptions {
  const last = (name: string) => values[name]?.at(-1);
  const out = last("out") ?? path.join("rendered", stack.split("/").at(-1) ?? stack);
  const [cert, store] = [last("cert"), last("store")];
  const mode = secretMode(last("secrets") ?? SecretMode.Reference);
  if (out === "-" && flags.has("json")) throw new UsageError("--out - and --json both want stdout.\n  fix: choose one");
  if (store !== undefined && mode !== SecretMode.External) throw goesWith("store", SecretMode.External);
  if (cert !== undefined && mode !== SecretMode.Sealed) throw goesWith("cert", SecretMode.Sealed);
  if (mode === SecretMode.External && store === undefined) {
    throw new UsageError("--secrets external needs the store that the values are in: --store NAME");
  }
  return {
    folder: out === "-" ? undefined : path.resolve(from, out),
    mode,
    ...(store !== undefined && { store: readStore(store) }),
    ...(cert !== undefined && { cert: /^https?:/.test(cert) ? cert : path.resolve(from, cert) }),
    images: Object.fromEntries((values.image ?? []).map(readImage)),
    build: flags.has("build"),
  };
}

function secretMode(given: string): SecretMode {
  const allowed = Object.values(SecretMode);
  const found = allowed.find((mode) => mode === given);
  if (found) return found;
  throw new UsageError(
    `--secrets knows no ${given}.\n  allowed: ${allowed.join(", ")}\n  fix: did you mean ${closest(given, allowed)}?`,
  );
}

const goesWith = (option: string, mode: SecretMode): UsageError =>
  new UsageError(`--${option} means nothing without --secrets ${mode}.\n  fix: add that, or leave --${option} out`);

function readStore(given: string): Store {
  const [, kind = "SecretStore", name] = /^(?:(SecretStore|ClusterSecretStore)\/)?([a-z0-9.-]+)$/.exec(given) ?? [];
  if (name) return { kind: kind as Store["kind"], name };
  throw new UsageError(`--store names no store.\n  got:     ${given}\n  allowed: NAME, or ClusterSecretStore/NAME`);
}

function readImage(given: string): [server: string, reference: string] {
  const [, server, reference] = /^([^=]+)=(\S+@sha256:[0-9a-f]{64})$/.exec(given) ?? [];
  if (server && reference) return [server, reference];
  throw new UsageError(
    `--image needs a server and an image with its digest.\n  got:     ${given}\n` +
      "  allowed: SERVER=REGISTRY/NAME@sha256:<64 hexadecimal digits>\n" +
      "  fix:     docker buildx imagetools inspect REGISTRY/NAME:TAG shows the digest",
  );
}
