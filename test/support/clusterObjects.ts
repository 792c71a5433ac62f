import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import {
  Exec,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  PortForward,
  type V1Status,
} from "@kubernetes/client-node";
import { kubeConfig } from "./kubernetes";

/** Applies objects in their order, by server-side apply, and returns what the API server made of them. */
export async function applyObjects<T extends KubernetesObject[]>(...objects: T): Promise<T> {
  const api = KubernetesObjectApi.makeApiClient(kubeConfig());
  const applied: KubernetesObject[] = [];
  for (const object of objects) {
    applied.push(await api.patch(object, undefined, undefined, "pulumi-mcp-test", true, PatchStrategy.ServerSideApply));
  }
  return applied as T;
}

/** Asks again until the answer is neither undefined nor false; fails, with the last error if there was one, when it takes too long. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>, seconds = 60): Promise<T> {
  const limit = Date.now() + seconds * 1000;
  for (;;) {
    let reason = "";
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      reason = `: ${error instanceof Error ? error.message : error}`;
    }
    if (Date.now() > limit) throw new Error(`no ${what} within ${seconds} s${reason}`);
    await sleep(200);
  }
}

/** Runs a command in a container of a pod, its first unless named, and returns what it printed on stdout. */
export async function runInPod(namespace: string, pod: string, command: string[], container = ""): Promise<string> {
  const [stdout, stderr] = [new Collected(), new Collected()];
  const exec = new Exec(kubeConfig());
  const status = await new Promise<V1Status>((resolve, reject) => {
    exec.exec(namespace, pod, container, command, stdout, stderr, null, false, resolve).then((socket) => {
      socket.on("close", () => reject(new Error(`the connection to ${pod} was closed while ${command[0]} ran`)));
    }, reject);
  });
  if (status.status !== "Success") {
    const exitCode = status.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
    const how = exitCode === undefined ? status.message : `exit code ${exitCode}`;
    throw new Error(`${command.join(" ")}: ${how}\n${stderr.text()}`);
  }
  return stdout.text();
}

class Collected extends Writable {
  private readonly chunks: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }
  text = (): string => Buffer.concat(this.chunks).toString();
}

/** A port of this machine behind which a port of a pod is. */
export interface Forward {
  port: number;
  stop(): Promise<void>;
}

/** Forwards a free port on loopback to a pod's, as `kubectl port-forward` does. */
export async function forwardPort(namespace: string, pod: string, port: number): Promise<Forward> {
  const sockets = new Set<Socket>();
  const forward = new PortForward(kubeConfig());
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    forward.portForward(namespace, pod, [port], socket, null, socket).then(
      (connection) => {
        if (typeof connection === "function") return;
        connection.on("close", () => socket.end());
        socket.on("close", () => connection.close());
        socket.resume();
      },
      () => socket.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
