import { readFileSync } from "node:fs";
import path from "node:path";
import {
  type ImageFindings,
  type ImageSettings,
  InvalidInputError,
  type ResolvedServer,
  validateImageReference,
} from "../server";
import { BRIDGE_CONTEXT, isBridged } from "./bridge";

/** A Dockerfile that the server brings. */
export interface OwnDockerfile {
  /** Path relative to the server's folder. */
  path: string;
  text: string;
}

/**
 * The server's own Dockerfile: the one that is named, else the one in its folder.
 * @throws InvalidInputError when the named one does not exist
 */
export function findDockerfile(
  { source, inspection }: Pick<ResolvedServer, "source" | "inspection">,
  named: string | undefined,
): OwnDockerfile | undefined {
  if (named === undefined) return inspection.dockerfile;
  try {
    return { path: named, text: readFileSync(path.join(source, named), "utf8") };
  } catch {
    throw new InvalidInputError([
      {
        path: "image.dockerfile",
        message: "there is no such file in the server's folder",
        got: named,
        allowed: "the path of a Dockerfile, relative to `source`",
        fix: "correct the path, or leave it out: then a Dockerfile is written",
      },
    ]);
  }
}

/** What a written Dockerfile installs beside the server, and one of the server's own has only when it was taken over. */
export function checkAdditions({ path: file, text }: OwnDockerfile, server: ResolvedServer): ImageFindings {
  const problems: ImageFindings["problems"] = [];
  if (isBridged(server) && !text.includes(BRIDGE_CONTEXT)) {
    problems.push({
      path: "transport",
      message: `a stdio server is served by a bridge in its image, and ${file} installs none`,
      got: "stdio",
      allowed: "HTTP, or a written Dockerfile",
      fix: "set `launchedByClient: true` to have clients start the container, make the server speak HTTP, or leave its Dockerfile out",
    });
  }
  if (server.develop) {
    problems.push({
      path: "develop",
      message: `what restarts the server on an edit is part of a written Dockerfile only, and there is ${file}`,
      got: file,
      allowed: "a server without a Dockerfile of its own",
      fix: "remove `develop`, or leave the Dockerfile out",
    });
  }
  return { problems, warnings: [] };
}

/** What is wrong with a Dockerfile that is taken as it is, and what deserves a warning: its bases, its user, secrets in its last stage. */
export function checkDockerfile(
  { path: file, text }: OwnDockerfile,
  { pinning, buildArgs = {} }: Pick<ImageSettings, "pinning" | "buildArgs">,
  buildSecrets: string[],
): ImageFindings {
  const findings: ImageFindings = { problems: [], warnings: [] };
  const values: Record<string, string> = {};
  const stages = new Set<string>();
  let user: string | undefined;
  for (const { line, instruction, rest } of instructionsOf(text)) {
    const at = `${file}:${line}`;
    if (instruction === "FROM") {
      user = undefined;
      const [from = "", , as] = rest.replace(/^(--\S+\s+)+/, "").split(/\s+/);
      const image = expand(from, values);
      if (!stages.has(image.toLowerCase()) && image !== "scratch" && !image.includes("$")) {
        const found = validateImageReference(image, at, pinning);
        findings.problems.push(...found.problems);
        findings.warnings.push(...found.warnings);
      }
      if (as) stages.add(as.toLowerCase());
    } else if (instruction === "ARG") {
      const [, name = "", value = ""] = /^(\w+)(?:=["']?([^"']*))?/.exec(rest) ?? [];
      if (stages.size === 0 && !(name in values)) values[name] = buildArgs[name] ?? value;
    } else if (instruction === "USER") user = rest;
  }
  if (user === undefined || /^(root|0)(:|$)/.test(user)) {
    findings.warnings.push(
      `${file}: ${user === undefined ? "its last stage has no USER: the server runs as its base says, mostly as root" : "the server runs as root"}. Add a numeric one: USER 10001:10001`,
    );
  }
  const inLast = instructionsOf(lastStage(text)).filter(({ instruction }) => instruction === "ARG");
  for (const name of buildSecrets.filter((secret) => inLast.some(({ rest }) => rest.split("=")[0] === secret))) {
    findings.problems.push({
      path: "image.buildSecrets",
      message: `${file} declares ARG ${name} in its last stage: its value would stand in the image's history`,
      got: name,
      allowed: "secrets in earlier stages",
      fix: `move what needs ${name} to a stage of its own, and COPY --from it`,
    });
  }
  return findings;
}

const lastStage = (text: string): string => text.slice(text.search(/^\s*FROM\b(?![\s\S]*^\s*FROM\b)/im));

function instructionsOf(text: string): { line: number; instruction: string; rest: string }[] {
  const found: { line: number; instruction: string; rest: string }[] = [];
  let current: { line: number; text: string } | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const joined = current ? `${current.text} ${raw.trim()}` : raw.trim();
    const line: number = current?.line ?? index + 1;
    if (joined.endsWith("\\")) {
      current = { line, text: joined.slice(0, -1).trimEnd() };
      continue;
    }
    current = undefined;
    const [, instruction = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(joined) ?? [];
    found.push({ line, instruction: instruction.toUpperCase(), rest });
  }
  return found;
}

/** Puts build arguments into the name of a base: $NAME, ${NAME}, ${NAME:-default}. */
const expand = (text: string, values: Record<string, string>): string =>
  text.replace(/\$(?:\{(\w+)(?::-([^}]*))?\}|(\w+))/g, (match, braced, fallback, bare) => {
    return values[braced ?? bare] || (fallback ?? match);
  });
