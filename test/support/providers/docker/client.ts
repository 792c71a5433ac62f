import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import Docker from "dockerode";
import { isProperties, objectsOf, type Properties, textOf } from "../values";

/** Credentials for a registry, as the Docker API takes them. */
export interface RegistryAuth {
  username: string;
  password: string;
  serveraddress: string;
}

/** The engine that the settings or the environment name: unix socket, named pipe or TCP, with or without TLS. */
export function dockerClient(config: Record<string, string>): Docker {
  return new Docker(clientOptions(config));
}

/** How to reach the engine. */
export function clientOptions(config: Record<string, string>): Docker.DockerOptions {
  const host = config.host ?? process.env.DOCKER_HOST ?? "";
  if (host === "")
    return { socketPath: process.platform === "win32" ? "//./pipe/docker_engine" : "/var/run/docker.sock" };
  const [, scheme = "", rest = ""] = /^(\w+):\/\/(.*)$/.exec(host) ?? [];
  if (scheme === "unix" || scheme === "npipe") return { socketPath: rest };
  if (scheme !== "tcp" && scheme !== "http" && scheme !== "https") {
    throw new Error(
      `the test provider reaches no Docker Engine at ${host}: unix://, npipe:// and tcp:// are supported`,
    );
  }
  const url = new URL(`http://${rest}`);
  const certificates = config.certPath ?? process.env.DOCKER_CERT_PATH;
  const tls = certificates
    ? { protocol: "https" as const, ...readCertificates(certificates) }
    : { protocol: "http" as const };
  return { host: url.hostname, port: Number(url.port || (certificates ? 2376 : 2375)), ...tls };
}

function readCertificates(folder: string) {
  const file = (name: string) => readFileSync(path.join(folder, name));
  return { ca: file("ca.pem"), cert: file("cert.pem"), key: file("key.pem") };
}

/** An error of the engine in the words of the official client. */
export function daemonError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && (error.code === "ECONNREFUSED" || error.code === "ENOENT")) {
    return "Cannot connect to the Docker daemon. Is the docker daemon running?";
  }
  // dockerode's own form is "(HTTP code 500) server error - <the engine's message> ".
  const told = /^\(HTTP code \d+\) .*? - (.*)$/s.exec(error.message)?.[1]?.trim();
  return told === undefined ? error.message : `Error response from daemon: ${told}`;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof Error && "statusCode" in error && error.statusCode === 404;
}

/** Whether the reference names its registry; without one it is the engine's standard registry. */
export function namesRegistry(image: string): boolean {
  const first = image.split("/")[0] ?? "";
  return image.includes("/") && (/[.:]/.test(first) || first === "localhost");
}

/** Address of the registry of an image reference. */
export async function registryOf(docker: Docker, image: string): Promise<string> {
  if (namesRegistry(image)) return image.split("/")[0] ?? "";
  const { IndexServerAddress } = await docker.info();
  return IndexServerAddress;
}

/** Credentials for a pull: those of the provider's `registryAuth`, which an entry without a user takes from the user's Docker configuration. */
async function pullAuth(config: Record<string, string>, server: string): Promise<RegistryAuth | undefined> {
  const entries = objectsOf(JSON.parse(config.registryAuth ?? "[]"));
  const own = entries.find((entry) => bare(textOf(entry.address)) === bare(server));
  if (own === undefined) return undefined;
  const [username, password] = [textOf(own.username), textOf(own.password)];
  return username ? { username, password, serveraddress: server } : registryAuth(server);
}

const bare = (address: string): string => address.replace(/^https?:\/\//, "").replace(/\/.*$/, "");

/** Credentials from the user's Docker configuration. */
export async function registryAuth(server: string): Promise<RegistryAuth | undefined> {
  const file = path.join(process.env.DOCKER_CONFIG ?? path.join(homedir(), ".docker"), "config.json");
  if (!existsSync(file)) return undefined;
  const settings: Properties = JSON.parse(readFileSync(file, "utf8"));
  const helpers = isProperties(settings.credHelpers) ? settings.credHelpers : {};
  const helper = textOf(helpers[bare(server)] ?? settings.credsStore ?? null);
  if (helper) return fromHelper(helper, server);
  const auths = isProperties(settings.auths) ? settings.auths : {};
  const entry = Object.entries(auths).find(([address]) => bare(address) === bare(server))?.[1];
  const auth = isProperties(entry) ? Buffer.from(textOf(entry.auth), "base64").toString() : "";
  const colon = auth.indexOf(":");
  if (colon < 0) return undefined;
  return { username: auth.slice(0, colon), password: auth.slice(colon + 1), serveraddress: server };
}

function fromHelper(helper: string, server: string): Promise<RegistryAuth | undefined> {
  return new Promise((resolve) => {
    const child = execFile(`docker-credential-${helper}`, ["get"], (error, stdout) => {
      if (error) return resolve(undefined);
      const { Username, Secret } = JSON.parse(stdout);
      resolve({ username: Username, password: Secret, serveraddress: server });
    });
    child.stdin?.end(server);
  });
}

/** Reads a stream of JSON lines, as builds, pulls and pushes answer with. */
export async function readMessages(stream: NodeJS.ReadableStream, take: (message: Properties) => void): Promise<void> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim()) take(JSON.parse(line));
  }
  if (rest.trim()) take(JSON.parse(rest));
}

/** Finds an image on the engine, or pulls it. */
export async function findImage(
  docker: Docker,
  config: Record<string, string>,
  image: string,
  platform = "",
): Promise<Docker.ImageInspectInfo> {
  const local = await docker
    .getImage(image)
    .inspect()
    .catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw new Error(`unable to inspect image ${image}: ${daemonError(error)}`);
    });
  if (local) return local;
  try {
    const auth = await pullAuth(config, await registryOf(docker, image));
    const stream = await docker.pull(image, {
      ...(platform ? { platform } : {}),
      ...(auth ? { authconfig: auth } : {}),
    });
    await readMessages(stream, ({ error }) => {
      if (error !== undefined) throw new Error(textOf(error));
    });
  } catch (error) {
    throw new Error(`unable to pull image ${image}: error pulling image ${image}: ${daemonError(error)}`);
  }
  return docker.getImage(image).inspect();
}
