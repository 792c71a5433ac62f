import type Docker from "dockerode";
import { DEFAULTS } from "../../components/server/defaults";
import { type Result, runIn } from "./containerCommand";
import { readPage } from "./metrics";
import { ANSWER_MS } from "./report";

const ANSWER_SECONDS = ANSWER_MS / 1_000;

const REQUEST = "GET /metrics HTTP/1.0\\r\\nHost: 127.0.0.1\\r\\n\\r\\n";

/** Asks by a bare socket: loading an HTTP client takes longer than all the rest, on half a CPU. */
const PYTHON = `
import socket, sys
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])), ${ANSWER_SECONDS})
connection.sendall(b"${REQUEST}")
while part := connection.recv(65536): sys.stdout.buffer.write(part)
`;
const NODE = `
const socket = require("node:net").connect(process.argv[1], "127.0.0.1", () => socket.write("${REQUEST}"));
const fail = (error) => { console.error(error.code ?? error.message); process.exit(1); };
socket.on("error", fail).setTimeout(${ANSWER_MS}, () => fail(new Error("timed out")));
socket.pipe(process.stdout);
`;

// What the server's interpreter loads beside the server is of no use here, and no proxy leads back into the container.
const ENVIRONMENT = ["NODE_OPTIONS=", "PYTHONPATH=", "http_proxy="];

/** Programs that can read a page inside of a container: the server's own interpreter, else what small images bring. */
const WAYS = {
  python: (port: string) => ["python3", "-I", "-S", "-c", PYTHON, port],
  node: (port: string) => ["node", "-e", NODE, port],
  wget: (port: string) => ["wget", "-q", "-T", String(ANSWER_SECONDS), "-O", "-", `http://127.0.0.1:${port}/metrics`],
  curl: (port: string) => ["curl", "-sS", "-m", String(ANSWER_SECONDS), `http://127.0.0.1:${port}/metrics`],
};

/**
 * A function that reads the metrics of a server in a container. Their port is not published, so it is asked from inside:
 * that works wherever the engine is. Only where no program can be run there, by the container's address.
 */
export function metricsReader(engine: Docker, inspected: Docker.ContainerInspectInfo): () => Promise<string> {
  const { Id, Config, Path, Args } = inspected;
  const set = Config.Env.find((variable) => variable.startsWith("METRICS_PORT="));
  const port = set?.split("=")[1] ?? String(DEFAULTS.metricsPort);
  const isNode = [Path, ...Args].some((word) => /(^|\/)node$/.test(word));
  const { python, node, ...others } = WAYS;
  let ways = isNode ? [node, python, ...Object.values(others)] : [python, node, ...Object.values(others)];
  return async () => {
    for (const way of ways) {
      const result = await runIn(engine.getContainer(Id), way(port), ENVIRONMENT);
      if (result === undefined) continue;
      // The next reading goes the way that was found.
      ways = [way];
      return pageOf(result, port);
    }
    return readByAddress(engine, inspected, port);
  };
}

/** The page in what a command printed; with the head of HTTP before it, or without. */
export function pageOf({ exitCode, stdout, stderr }: Result, port: string): string {
  if (exitCode !== 0) {
    if (/refused|couldn't connect/i.test(stderr)) throw new Error(`nothing listens on port ${port}`);
    throw new Error(stderr.trim().split("\n").at(-1) || `exit code ${exitCode}`);
  }
  if (!stdout.startsWith("HTTP/")) return stdout;
  const [head = "", ...body] = stdout.split("\r\n\r\n");
  const status = /^HTTP\/\S+ (\d+)/.exec(head)?.[1];
  if (status !== "200") throw new Error(`port ${port} answers GET /metrics with HTTP ${status}`);
  return body.join("\r\n\r\n");
}

async function readByAddress(engine: Docker, inspected: Docker.ContainerInspectInfo, port: string): Promise<string> {
  const { socketPath } = engine.modem as { socketPath?: string };
  const address = Object.values(inspected.NetworkSettings.Networks)[0]?.IPAddress;
  // Of another machine's engine the address would lead to something else, or nowhere.
  if (!socketPath || process.platform !== "linux" || !address) {
    throw new Error("its image has neither python, node, wget nor curl to read them with");
  }
  return readPage(`http://${address}:${port}/metrics`);
}
