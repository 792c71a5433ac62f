import * as semver from "semver";
import { type ResolvedServer, Runtime } from "../server";

const PYTHON = ["3.11", "3.12", "3.13", "3.14"];
const NODE = ["22", "24", "26"];

/** The image that a server is built on unless another is set: the oldest that its folder accepts, pinned to a minor version; a digest pins more. */
export function defaultBase({ runtime, requiresRuntime }: Pick<ResolvedServer, "runtime" | "requiresRuntime">): string {
  const versions = runtime === Runtime.Python ? PYTHON : NODE;
  const range = asRange(requiresRuntime ?? "*");
  const accepted = versions.find((version) => range === null || semver.intersects(`${version}.x`, range));
  return `${runtime === Runtime.Python ? "python" : "node"}:${accepted ?? versions[0]}-slim`;
}

/** A demand of package.json or pyproject.toml as a range of semver; null when it is neither. Source: PEP 440. */
function asRange(demand: string): string | null {
  const translated = demand
    .replace(/===?\s*(?=\d)/g, "")
    .replace(/!=\s*[\d.*]+/g, "")
    .replace(/~=\s*(\d+(?:\.\d+)*)\.\d+/g, (match, prefix: string) => `>=${match.replace(/~=\s*/, "")} ${prefix}`)
    .replace(/\.\*/g, ".x")
    .replaceAll(",", " ");
  return semver.validRange(translated);
}

/** Where an image of Docker Hub is taken from instead; an image of another registry stays what it is. */
export function fromMirror(base: string, mirror: string | undefined): string {
  const [first = "", ...rest] = base.split("/");
  const hasRegistry = rest.length > 0 && /[.:]|^localhost$/.test(first);
  if (mirror === undefined || hasRegistry) return base;
  return `${mirror.replace(/\/+$/, "")}/${rest.length > 0 ? base : `library/${base}`}`;
}
