import { slug } from "../../components/server/validate";
import type { Service } from "../../config/plain";
import { serviceHealth } from "./health";
import { takeCommand, takeImage } from "./image";
import type { ImportContext } from "./importServer";
import { readLimits } from "./limits";
import { noteMount, readMounts } from "./mounts";
import { onePort, readPorts } from "./publishing";
import type { ServiceReader } from "./reader";
import { readVariables } from "./variables";

/** What is written for a service; the schema fills in the rest. */
export type ServiceEntry = Omit<Service, "kind"> & { kind?: Service["kind"] };

const REDIS = "redis:7-alpine";

/** Elastic's images run on a Java or Node heap that the default of 512Mi has no room for. */
const ELASTIC = /(^|\/)(elasticsearch|kibana|logstash)(:|@|$)/;

/** Whether an image is Redis itself, whatever registry it comes from. */
export const isRedis = (image: string): boolean => /(^|\/)redis(:|@|$)/.test(image);

/** A service with `image` as an entry of mcp:services. */
export function importService(reader: ServiceReader, context: ImportContext): ServiceEntry {
  takeImage(reader, "image");
  return isRedis(reader.image) ? redis(reader, context) : other(reader, context);
}

/** Redis by its kind: password, volume, health check and user are given. */
function redis(reader: ServiceReader, context: ImportContext): ServiceEntry {
  const name = slug(reader.name);
  const isPinned = /@sha256:|:[^/]+$/.test(reader.image) && !/:latest$/.test(reader.image);
  const { env, secrets } = readVariables(reader, context.namesInFile);
  const given: [key: string, what: unknown, why: string][] = [
    ["environment", [...Object.keys(env), ...secrets].join(", "), "it gets its password alone"],
    ["command", reader.take("command"), "it starts with a password and an append-only file"],
    ["container_name", reader.take("container_name"), `its container is mcp-${context.stack}-${name}`],
    ["user", reader.take("user"), "it runs as the image's user redis, 999"],
    ["deploy.resources", emptyAsNone(readLimits(reader)), "it may use at most 512Mi and 0.5 CPU"],
  ];
  for (const [key, what, why] of given) {
    const fix = "nothing to do, or make it `kind: image` with settings of its own";
    if (what !== undefined && what !== "") reader.note(key, what, why, fix);
  }
  reader.take("healthcheck");
  const [port, ...others] = readPorts(reader);
  for (const { container } of others)
    reader.note("ports", String(container), "only one port is published", "leave it out");
  const publish = port && (port.published ?? port.container);
  if (port && port.address !== "127.0.0.1") {
    reader.note("ports", String(publish), "it is published on 127.0.0.1 only", "put a proxy in front of it for others");
  }
  for (const mount of readMounts(reader)) {
    if (mount.kind === "volume" && mount.target === "/data")
      noteData(reader, mount.source, `mcp-${context.stack}-${name}-data`, context);
    else noteMount(reader, mount, false);
  }
  return {
    name,
    kind: "redis",
    ...(isPinned && reader.image !== REDIS && { image: reader.image }),
    ...(publish !== undefined && { publish }),
  };
}

const emptyAsNone = (value: object): object | undefined => (Object.keys(value).length > 0 ? value : undefined);

function other(reader: ServiceReader, context: ImportContext): ServiceEntry {
  const name = slug(reader.name);
  const containerName = reader.take("container_name");
  const { env, secrets } = readVariables(reader, context.namesInFile);
  const command = takeCommand(reader, "command");
  const volume = readVolume(reader, `${containerName ?? `mcp-${context.stack}-${name}`}-data`, context);
  const publish = onePort(reader, "publish");
  const health = serviceHealth(reader);
  const memory = ELASTIC.test(reader.image) ? "2Gi" : undefined;
  const defaults = { memory: memory ?? "512Mi", field: "memoryLimit" };
  const { cpuLimit, memoryLimit = memory, ...reservations } = readLimits(reader, defaults);
  const user = reader.take("user");
  const capabilities = [reader.take("cap_add")].flat().filter((item) => item !== undefined);
  const isReadOnly = reader.take("read_only") === true;
  if (Object.keys(reservations).length > 0) {
    reader.note("deploy.resources.reservations", reservations, "services reserve nothing", "nothing to do");
  }
  if (capabilities.length === 0 && user === undefined) {
    const fix = "if it starts as root, set `user`, or `capabilities: [CHOWN, SETGID, SETUID]`";
    reader.note("cap_drop", "none", "services run without the engine's default capabilities", fix);
  }
  return {
    name,
    image: reader.image,
    ...(command && { command }),
    ...(Object.keys(env).length > 0 && { env }),
    ...(secrets.length > 0 && { secrets }),
    ...(volume && { volume }),
    ...(publish !== undefined && { publish }),
    ...(health && { health }),
    ...(user !== undefined && { user: String(user) }),
    ...(capabilities.length > 0 && { capabilities: capabilities.map(String) }),
    // What compose allows unless it is told otherwise, and what most images count on.
    ...(!isReadOnly && { writable: true }),
    ...(memoryLimit && { memoryLimit }),
    ...(cpuLimit !== undefined && { cpuLimit }),
    ...(typeof containerName === "string" && { containerName }),
  };
}

function readVolume(reader: ServiceReader, newName: string, context: ImportContext): string | undefined {
  let kept: string | undefined;
  for (const mount of readMounts(reader)) {
    const isKept = kept === undefined && (mount.kind === "volume" || mount.kind === "anonymous");
    if (!isKept) noteMount(reader, mount, false);
    else kept = mount.target;
    if (isKept && mount.kind === "volume") noteData(reader, mount.source, newName, context);
  }
  return kept;
}

/** What is on the volume of the compose project stays there: a command copies it. */
function noteData(reader: ServiceReader, volume: string, newName: string, { project, volumeNames }: ImportContext) {
  const old = volumeNames[volume] ?? `${project}_${volume}`;
  const copy = `docker run --rm --user 0 --volume ${old}:/from:ro --volume ${newName}:/to --entrypoint cp ${reader.image} -a /from/. /to/`;
  reader.note("volumes", volume, `the data is on a volume of its own, ${newName}`, `to keep what there is: ${copy}`);
}
