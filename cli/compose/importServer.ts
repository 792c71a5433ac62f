import path from "node:path";
import { slug } from "../../components/server/validate";
import type { Server } from "../../config/plain";
import { asMapping, asPairs } from "./composeFile";
import { serverHealth } from "./health";
import { takeCommand, takeImage, takeServerLabel } from "./image";
import { readLimits, withReservations } from "./limits";
import { noteMount, readMounts } from "./mounts";
import { onePort } from "./publishing";
import type { ServiceReader } from "./reader";
import { interpolate } from "./values";
import { type EnvFileReader, looksSecret, readVariables, takePorts } from "./variables";

/** Where things are, and how the stack is called. */
export interface ImportContext {
  /** Folder of the compose file. */
  folder: string;
  /** Folder of Pulumi.yaml, which paths of the config start from. */
  root: string;
  /** The stack's own name, without organization and project. */
  stack: string;
  /** Name of the compose project, which its volumes carry. */
  project: string;
  /** Names that the file gives to its volumes instead of the project's. */
  volumeNames: Record<string, string>;
  namesInFile: EnvFileReader;
}

/** What becomes of a server's image: what it is built from, or the one that there is. */
interface Origin extends Pick<Server, "source" | "args"> {
  /** Absolute path of the source. */
  folder?: string;
  image: NonNullable<Server["image"]>;
}

/**
 * A service with `build`, or with the image of a server, as an entry of mcp:servers; undefined when its source is not
 * on this machine.
 */
export function importServer(reader: ServiceReader, context: ImportContext): Server | undefined {
  const origin = reader.has("build") ? readBuild(reader, context) : readImage(reader);
  if (origin === undefined) return undefined;
  const name = slug(reader.name);
  const containerName = reader.take("container_name");
  const variables = readVariables(reader, context.namesInFile);
  const own = takePorts(reader, variables);
  const port = serverPort(reader) ?? own.port;
  // FastMCP's own port is the metrics' default: the metrics make way.
  const metricsPort = own.metricsPort ?? (port === 8000 ? 9090 : undefined);
  const limits = withReservations(readLimits(reader, { memory: "512Mi", field: "resources" }));
  const health = serverHealth(reader);
  const volume = `${containerName ?? `mcp-${context.stack}-${name}`}-logs`;
  const develop = readServerMounts(reader, volume, (folder) => path.resolve(context.folder, folder) === origin.folder);
  return {
    name,
    ...(origin.source !== undefined && { source: origin.source }),
    ...(origin.args && { args: origin.args }),
    ...(port !== undefined && { port }),
    ...(metricsPort !== undefined && { metricsPort }),
    ...(Object.keys(variables.env).length > 0 && { env: variables.env }),
    ...(variables.secrets.length > 0 && { secrets: variables.secrets }),
    ...(Object.keys(limits).length > 0 && { resources: limits }),
    ...(health && { health }),
    ...(Object.keys(origin.image).length > 0 && { image: origin.image }),
    ...develop,
    ...(typeof containerName === "string" && { containerName }),
  };
}

function readImage(reader: ServiceReader): Origin {
  takeServerLabel(reader);
  const image: Origin["image"] = { reference: takeImage(reader, "image.reference") };
  const platform = reader.take("platform");
  if (typeof platform === "string") image.platform = platform;
  const args = takeCommand(reader, "args");
  return { image, ...(args && { args }) };
}

function readBuild(reader: ServiceReader, { folder, root }: ImportContext): Origin | undefined {
  const given = reader.take("build");
  const { context = ".", dockerfile, args, platforms, ...others } = asMapping(given) ?? { context: given };
  const from = interpolate(context).text;
  if (/^(https?|git|ssh):\/\/|^git@|\.git(#|$)|^\$/.test(from)) {
    reader.note("build.context", from, "the source is not on this machine", "check it out, and add an entry for it");
    return undefined;
  }
  const image: NonNullable<Server["image"]> = {};
  if (typeof dockerfile === "string") image.dockerfile = interpolate(dockerfile).text;
  readBuildArgs(reader, args, image);
  const platform = [platforms ?? reader.take("platform")].flat();
  if (typeof platform[0] === "string") image.platform = platform[0];
  if (platform.length > 1) {
    reader.note("build.platforms", platform.slice(1), "an image is built for one platform", "use a stack for each");
  }
  for (const [key, value] of Object.entries(others)) {
    reader.note(`build.${key}`, value, "there is no setting for it", "have it in the Dockerfile, or leave it out");
  }
  if (reader.has("image")) {
    reader.note("image", reader.take("image"), "a built image is named after its content", "set `registry` to push it");
  }
  const source = path.resolve(folder, from);
  return { source: posix(path.relative(root, source)) || ".", folder: source, image };
}

/** Build arguments; those that may be secret by name alone, since an argument stands in the image's history. */
function readBuildArgs(reader: ServiceReader, args: unknown, image: NonNullable<Server["image"]>): void {
  for (const [name, value] of asPairs(args)) {
    const { text, unknown } = interpolate(value ?? `$${name}`);
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      reader.note(`build.args.${name}`, name, "this is no name of a variable", "rename it in the Dockerfile");
    } else if (unknown.length > 0 || looksSecret(name, text)) {
      image.buildSecrets = [...(image.buildSecrets ?? []), name];
    } else image.buildArgs = { ...image.buildArgs, [name]: text };
  }
}

/** The port of the MCP endpoint: the first that is published, or exposed to the other containers. */
function serverPort(reader: ServiceReader): number | undefined {
  const [exposed] = [reader.take("expose")].flat();
  const port = onePort(reader, "port") ?? (/^\d+$/.test(String(exposed)) ? Number(exposed) : undefined);
  if (port === undefined || port >= 1024) return port;
  const why = "ports below 1024 need root, and servers run without it";
  reader.note("ports", String(port), why, "let the server listen on PORT, 8080 by default");
  return undefined;
}

/** Mounts of a server: its logs are on a volume anyway, and its source on /app is development. Gives what is left of them. */
function readServerMounts(reader: ServiceReader, volume: string, isSource: (folder: string) => boolean) {
  let develop: Server["develop"];
  for (const mount of readMounts(reader)) {
    const { kind, source, target } = mount;
    const folder = target.replace(/\/$/, "");
    if (folder === "/app/logs" && kind !== "tmpfs") {
      const why = `/app/logs is the volume ${volume}`;
      const fix = `docker volume inspect ${volume} says where it is`;
      if (source !== "") reader.note("volumes", `${source}:${target}`, why, fix);
    } else if (folder === "/app" && kind === "bind" && isSource(source)) {
      develop = { mount: true };
      const why = "it is mounted read-only, and the server restarts when a file changes";
      reader.note("volumes", `${source}:${target}`, why, "leave `develop` out where this is not for development");
    } else noteMount(reader, mount, true);
  }
  return develop && { develop };
}

const posix = (file: string): string => file.split(path.sep).join("/");
