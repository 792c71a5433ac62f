import { createServer, type Socket } from "node:net";
import type { PortForward, V1Pod } from "@kubernetes/client-node";

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
