import { createServer } from "node:net";

/**
 * Why a server can't listen on the TCP port of this address, as Node's error code; undefined when it can.
 * "EADDRINUSE": somebody does already. "EACCES": the port is reserved for root.
 */
export function portProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
