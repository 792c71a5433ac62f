import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { pack } from "tar-stream";
import { isEmpty } from "../bridged";
import { type Context, PartialError } from "../resource";
import { flagOf, numberOf, objectsOf, type Properties, sameValue, textOf, textsOf, type Value } from "../values";
import { DockerResource } from "./bridgedDocker";
import { daemonError, findImage, isNotFound } from "./client";
import { containerBody, updateBody } from "./containerBody";
import { checkContainer } from "./containerChecks";
import { containerState } from "./containerState";

/** docker.Container, without GPUs. */
export class Container extends DockerResource {
  constructor() {
    super({
      token: "docker:index/container:Container",
      autoNamed: true,
      alwaysDeleteBeforeReplace: true,
      lists: ["command", "entrypoints", "healthcheck.tests", "networkDatas"],
      objectSets: ["capabilities"],
      suppressEmpty: ["user", "workingDir"],
      computedElements: { ports: "external" },
      defaults: DEFAULTS,
      check: checkContainer,
    });
  }

  protected async make(context: Context, inputs: Properties): Promise<string> {
    const docker = this.client(context);
    const image = textOf(inputs.image);
    await attempt(`Unable to create container with image ${image}`, () => findImage(docker, context.config, image));
    if (textsOf(inputs.command).includes("")) throw new Error("values for command may not be empty");
    await refuseSubpath(docker, inputs);
    const container = await attempt("Unable to create container", () => docker.createContainer(containerBody(inputs)));
    const logs: Properties = {};
    try {
      await connect(docker, container.id, inputs);
      for (const upload of objectsOf(inputs.uploads)) await copyInto(container, upload, context.folder);
      if (flagOf(inputs.start)) await start(container, inputs);
      if (flagOf(inputs.attach)) await attempt("Unable to wait container end of execution", () => container.wait());
      if (flagOf(inputs.attach) && flagOf(inputs.logs))
        this.logs.set(container.id, await readLogs(container, flagOf(inputs.tty)));
    } catch (error) {
      throw new PartialError(error instanceof Error ? error.message : String(error), container.id, logs);
    }
    return container.id;
  }

  /** Logs of containers that were attached to, until they have gone into the state. */
  private readonly logs = new Map<string, string>();

  protected async observe(context: Context, id: string, state: Properties): Promise<Properties | undefined> {
    try {
      const container = await this.client(context).getContainer(id).inspect();
      const logs = this.logs.get(id);
      this.logs.delete(id);
      return {
        id: container.Id,
        ...containerState(container, state),
        ...(logs === undefined ? {} : { containerLogs: logs }),
      };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw new Error(daemonError(error));
    }
  }

  protected async change(context: Context, id: string, olds: Properties, news: Properties): Promise<void> {
    const container = this.client(context).getContainer(id);
    if (olds.mustRun === false && news.mustRun === true && flagOf(news.start)) {
      await attempt("Unable to start container", () => container.start());
    }
    // Whatever else is not replaced, such as the health check, the official plugin only writes down.
    if (UPDATED.some((key) => !sameValue(setOrNull(olds[key]), setOrNull(news[key])))) {
      await attempt("Unable to update a container", () => container.update(updateBody(news)));
    }
  }

  protected async remove(context: Context, id: string, state: Properties): Promise<void> {
    const container = this.client(context).getContainer(id);
    const stopped = (error: unknown) => isNotFound(error) || (hasStatus(error) && error.statusCode === 304);
    if (!flagOf(state.attach)) {
      await container.stop({ t: numberOf(state.destroyGraceSeconds) }).catch((error: unknown) => {
        if (!stopped(error)) throw new Error(`Error stopping container ${id}: ${daemonError(error)}`);
      });
    }
    await container.remove({ v: state.removeVolumes !== false, force: true }).catch((error: unknown) => {
      if (isNotFound(error) || /is already in progress/.test(daemonError(error))) return;
      throw new Error(`Error deleting container ${id}: ${daemonError(error)}`);
    });
  }
}

const DEFAULTS = {
  attach: false,
  containerReadRefreshTimeoutMilliseconds: 15_000,
  "devices.permissions": "rwm",
  "healthcheck.interval": "0s",
  "healthcheck.retries": 0,
  "healthcheck.startInterval": "0s",
  "healthcheck.startPeriod": "0s",
  "healthcheck.timeout": "0s",
  logs: false,
  memoryReservation: 0,
  mustRun: true,
  networkMode: "bridge",
  "ports.ip": "0.0.0.0",
  "ports.protocol": "tcp",
  readOnly: false,
  removeVolumes: true,
  restart: "no",
  rm: false,
  start: true,
  stdinOpen: false,
  tty: false,
  "uploads.executable": false,
  wait: false,
  waitTimeout: 60,
};

const UPDATED = [
  "restart",
  "maxRetryCount",
  "cpuShares",
  "memory",
  "memoryReservation",
  "cpuSet",
  "memorySwap",
  "deviceReadBps",
  "deviceReadIops",
  "deviceWriteBps",
  "deviceWriteIops",
];

function setOrNull(value: Value | undefined): Value {
  return value === undefined || isEmpty(value) ? null : value;
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new Error(`${what}: ${daemonError(error)}`);
  }
}

function hasStatus(error: unknown): error is { statusCode: number } {
  return typeof error === "object" && error !== null && "statusCode" in error;
}

/** The official plugin refuses every `volumeOptions` on an engine that knows no subpaths. */
async function refuseSubpath(docker: Docker, inputs: Properties): Promise<void> {
  if (!objectsOf(inputs.mounts).some(({ type, volumeOptions }) => type === "volume" && volumeOptions)) return;
  const { ApiVersion } = await docker.version();
  if (ApiVersion < "1.45") throw new Error("Setting VolumeOptions.Subpath requires docker version 1.45 or higher");
}

async function connect(docker: Docker, container: string, inputs: Properties): Promise<void> {
  const networks = objectsOf(inputs.networksAdvanced);
  if (networks.length === 0) return;
  await docker
    .getNetwork("bridge")
    .disconnect({ Container: container, Force: false })
    .catch((error: unknown) => {
      if (!/is not connected to the network bridge/i.test(daemonError(error))) {
        throw new Error(`Unable to disconnect the default network: ${daemonError(error)}`);
      }
    });
  for (const network of networks) {
    const name = textOf(network.name);
    const endpoint: object = {
      Aliases: textsOf(network.aliases),
      IPAMConfig: {
        IPv4Address: textOf(network.ipv4Address),
        IPv6Address: textOf(network.ipv6Address),
        LinkLocalIPs: textsOf(network.linkLocalIps),
      },
      MacAddress: textOf(network.macAddress),
      DriverOpts: Object.fromEntries(textsOf(network.driverOpts).map((option) => option.split("=", 2))),
      GwPriority: numberOf(network.gwPriority),
    };
    await attempt(`Unable to connect to network '${name}'`, () =>
      docker.getNetwork(name).connect({ Container: container, EndpointConfig: endpoint }),
    );
  }
}

async function copyInto(container: Docker.Container, upload: Properties, folder: string): Promise<void> {
  const sources = [upload.content, upload.contentBase64, upload.source].filter(Boolean);
  if (sources.length !== 1) {
    const which = sources.length === 0 ? "one of" : "only one of";
    const verb = sources.length === 0 ? "must be set" : "can be set";
    throw new Error(`error with upload content: ${which} 'content', 'content_base64', or 'source' ${verb}`);
  }
  const content = upload.content
    ? Buffer.from(textOf(upload.content))
    : upload.contentBase64
      ? Buffer.from(textOf(upload.contentBase64), "base64")
      : readFileSync(path.resolve(folder, textOf(upload.source)));
  const mode = upload.permissions ? Number.parseInt(textOf(upload.permissions), 8) : upload.executable ? 0o744 : 0o644;
  const archive = pack();
  archive.entry({ name: textOf(upload.file), mode }, content);
  archive.finalize();
  await attempt("Unable to upload volume content", () =>
    container.putArchive(archive as unknown as NodeJS.ReadableStream, { path: "/" }),
  );
}

async function start(container: Docker.Container, inputs: Properties): Promise<void> {
  await attempt("Unable to start container", () => container.start());
  if (!flagOf(inputs.wait)) return;
  const until = Date.now() + numberOf(inputs.waitTimeout) * 1_000;
  for (;;) {
    const { State } = await attempt("error inspecting container state", () => container.inspect());
    if (!State.Health) {
      throw new Error(
        "you have supplied a 'wait' argument, but the container does not have a healthcheck defined. " +
          "Please remove the 'wait' argument or add a 'healthcheck' attribute",
      );
    }
    if (State.Health.Status === "healthy") return;
    await sleep(Math.min(1_000, Math.max(0, until - Date.now())));
    if (Date.now() >= until) throw new Error("container failed to be in healthy state");
  }
}

async function readLogs(container: Docker.Container, tty: boolean): Promise<string> {
  const raw = await container.logs({ stdout: true, stderr: true, follow: false });
  if (tty) return raw.toString();
  // Frames: a byte for the stream, three empty ones, four of length.
  let text = "";
  for (let at = 0; at + 8 <= raw.length; ) {
    const end = at + 8 + raw.readUInt32BE(at + 4);
    text += raw.subarray(at + 8, end).toString();
    at = end;
  }
  return text;
}
