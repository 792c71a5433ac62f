import path from "node:path";
import {
  type DeployedServer,
  InvalidInputError,
  type Problem,
  type ResolvedServer,
  Target,
} from "../components/server";
import { imageOf } from "./image";
import type { Config, Server } from "./plain";

/**
 * What is wrong with the images of the servers, by the place in the config that says so: the server's own settings, those of
 * all servers, or the server's Dockerfile. Of a process no image is built.
 */
export function imageProblems(
  servers: (Server | undefined)[],
  resolved: (DeployedServer | undefined)[],
  { target, image: shared }: Pick<Config, "target" | "image">,
): Problem[] {
  const problems = resolved.flatMap((server, index) => {
    const entry = servers[index];
    if (!server || !entry || (entry.target ?? target) === Target.Process) return [];
    const own = entry.image ?? {};
    const place = ({ path: field, ...problem }: Problem): Problem => ({
      path: placeOf(field, { own, shared, entry: `mcp:servers[${index}]`, source: entry.source ?? "" }),
      ...problem,
    });
    return problemsOf(server, imageOf(entry.image, shared) ?? {}).map(place);
  });
  // What is wrong for all servers is wrong once.
  return [
    ...new Map(problems.map((problem) => [`${problem.path} ${problem.message} ${problem.got}`, problem])).values(),
  ];
}

function problemsOf(server: DeployedServer, { buildSecrets = [], ...image }: NonNullable<Server["image"]>): Problem[] {
  // Only where images are built: a process has no need of it.
  const { imageFindings }: typeof import("../components/image/findings") = require("../components/image/findings");
  const { checkSettings }: typeof import("../components/image/settings") = require("../components/image/settings");
  if (server.imageReference !== undefined) return checkSettings(image, []).problems;
  try {
    // Without an image that exists already there is a source: `resolve` sees to it.
    return imageFindings(server as ResolvedServer, image, buildSecrets).problems;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems;
  }
}

function placeOf(
  field: string,
  { own, shared = {}, entry, source }: { own: object; shared: object | undefined; entry: string; source: string },
): string {
  const [, setting] = /^image\.(\w+)/.exec(field) ?? [];
  if (setting !== undefined && setting in shared && !(setting in own)) return `mcp:${field}`;
  // A line of a Dockerfile is found by its file, not by a setting.
  if (/:\d+$/.test(field)) return path.join(source, field);
  return `${entry}.${field}`;
}
