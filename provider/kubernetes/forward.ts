import { createServer, type Socket } from "node:net";
import type { PortForward, V1Pod } from "@kubernetes/client-node";
import { openCluster, type Watched } from "./cluster";
import { clusterError } from "./clusterError";
import { podProblem } from "./podProblems";

/** A port of this machine that leads to a port of a pod. */
export interface Forwarded {
  port: number;
  close(): void;
}

/** Forwards a port of 127.0.0.1 that the system chooses to a port of a pod, through the cluster's API. */
export function forwardTo(forward: PortForward, { metadata }: V1Pod, podPort: number): Promise<Forwarded> {
  const { namespace = "", name = "" } = metadata ?? {};
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    forward.portForward(namespace, name, [podPort], socket, null, socket).catch(() => socket.destroy());
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address ? address.port : 0,
        close() {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
}

/** Forwards to a pod of a workload that is ready. @throws Error when there is none */
export async function forwardToWorkload(watched: Watched, podPort: number): Promise<Forwarded> {
  try {
    const cluster = openCluster(watched);
    const { pods } = await cluster.revision(await cluster.workload());
    const pod = pods.find((one) => podProblem(one) === undefined);
    if (!pod)
      throw new Error(`No pod of ${watched.kind} ${watched.object} is ready in namespace ${watched.namespace}.`);
    return await forwardTo(cluster.forward, pod, podPort);
  } catch (error) {
    throw clusterError(error);
  }
}
