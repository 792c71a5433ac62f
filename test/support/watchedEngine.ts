import { connect, createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { docker } from "./docker";
import { makeFolder } from "./folder";

/**
 * The Docker Engine of the tests behind a socket of its own that passes everything on, and calls back when a certain
 * request comes: so that a test can strike at a certain moment.
 */
export class WatchedEngine {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private watch: { request: RegExp; strike: () => void } | undefined;
  /** For DOCKER_HOST; there once it listens. */
  host = "";

  async listen(): Promise<void> {
    const socket = path.join(makeFolder(), "engine.sock");
    this.host = `unix://${socket}`;
    const { socketPath, host, port } = docker().modem as { socketPath?: string; host?: string; port?: number };
    const open = () => (socketPath ? connect(socketPath) : connect(Number(port), host ?? ""));
    this.server = createServer((client) => {
      const engine = open();
      for (const [from, to] of [[client, engine] as const, [engine, client] as const]) {
        this.sockets.add(from);
        from.on("error", () => to.destroy()).on("close", () => this.sockets.delete(from));
      }
      client.on("data", (data) => {
        if (!this.watch?.request.test(data.toString("latin1"))) return;
        const { strike } = this.watch;
        this.watch = undefined;
        strike();
      });
      client.pipe(engine).pipe(client);
    });
    await new Promise<void>((resolve) => this.server?.listen(socket, resolve));
  }

  /** Resolves with the result of `strike`, which is called before a request that matches is passed on; once. */
  before<T>(request: RegExp, strike: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no request like ${request} within 60 s`)), 60_000);
      this.watch = {
        request,
        strike: () => {
          clearTimeout(timer);
          try {
            resolve(strike());
          } catch (error) {
            reject(error);
          }
        },
      };
    });
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server?.close(resolve));
  }
}
