import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type * as docker from "@pulumi/docker";
import { DEBUG_PORT } from "../image/develop";
import { type DeployedServer, hasSource } from "../server";
import { published } from "./containerInputs";

/** What development changes in the inputs of a server's container. Production gets none of it. */
export function developInputs(
  server: DeployedServer,
  inputs: docker.ContainerArgs,
  { resources = {} }: { resources?: { cpuLimit?: unknown } },
): Partial<docker.ContainerArgs> {
  if (!hasSource(server) || server.develop === undefined) return {};
  const { debugPort, mount } = server.develop;
  const ports = (inputs.ports ?? []) as docker.types.input.ContainerPort[];
  return {
    // A restart takes all the CPU it can get: half a core would make each edit wait.
    ...(resources.cpuLimit === undefined && { cpus: undefined }),
    ...(debugPort !== undefined && { ports: [...ports, published(DEBUG_PORT[server.runtime], debugPort)] }),
    ...(mount && mountInputs(server.source, inputs)),
  };
}

function mountInputs(source: string, inputs: docker.ContainerArgs): Partial<docker.ContainerArgs> {
  const has = (folder: string) => existsSync(path.join(source, folder));
  const { uid, gid } = statSync(source);
  // The engine can't make a folder to mount on in a source that is mounted read-only.
  const logs = has("logs") ? (inputs.mounts as docker.types.input.ContainerMount[]) : [];
  return {
    mounts: [{ type: "bind", source, target: "/app", readOnly: true }, ...logs],
    // Packages of this machine may be made for another system: the container has its own, in the folder above.
    ...(has("node_modules") && { tmpfs: { ...inputs.tmpfs, "/app/node_modules": "ro,size=4k" } }),
    // Whoever owns the source can read it; root of this machine stays out of the container.
    ...(uid !== 0 && { user: `${uid}:${gid}` }),
  };
}
