import { request } from "node:http";
import { homedir } from "node:os";
import { allConfig } from "../pulumi";
import { InvalidInputError } from "../server";

/** Longest wait for an engine that takes the connection and says nothing. */
const ANSWER_MS = 5_000;

/** An engine that is asked, and what names it. */
interface Place {
  host: string;
  named: string;
}

/**
 * Asks the Docker Engine whether it is there, before anything is planned: the provider would say no more than that it
 * found no daemon, and waits for ever for one that hangs. Asks where the provider does, and only what can be asked
 * within a few milliseconds; what is reached by SSH, TLS or a context is left to the provider.
 * @throws InvalidInputError that says which engine was asked, and what to do
 */
export async function needEngine(
  config: { [key: string]: string | undefined } = allConfig(),
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const places = placesOf(config, env);
  const reasons: string[] = [];
  for (const { host } of places) {
    const reason = await ask(host);
    if (reason === undefined) return;
    reasons.push(reason);
  }
  const [place] = places;
  if (!place) return;
  throw new InvalidInputError([
    {
      path: "mcp:target",
      message: `is docker, but no Docker Engine answers at ${place.host}, ${place.named}`,
      got: reasons[0] ?? "",
      fix: remedy(place, reasons[0] ?? ""),
    },
  ]);
}

/** Where the provider looks, in its order. Source: configureDockerClient of pulumi-docker. */
function placesOf(config: { [key: string]: string | undefined }, env: NodeJS.ProcessEnv): Place[] {
  const isSet = (name: string, variable: string) => Boolean(config[`docker:${name}`] ?? env[variable]);
  if (isSet("context", "DOCKER_CONTEXT") || isSet("certPath", "DOCKER_CERT_PATH")) return [];
  if (isSet("certMaterial", "DOCKER_CERT_MATERIAL")) return [];
  const named = config["docker:host"] ?? env.DOCKER_HOST;
  if (named) {
    const by = config["docker:host"] ? "which the config `docker:host` names" : "which DOCKER_HOST names";
    return /^(unix|npipe|tcp|http):\/\//.test(named) ? [{ host: named, named: by }] : [];
  }
  const byDefault = { named: "the default of this machine" };
  if (process.platform === "win32") return [{ host: "npipe:////./pipe/docker_engine", ...byDefault }];
  const folders = ["/var/run", `${homedir()}/.docker/run`, `${homedir()}/.docker/desktop`];
  return folders.map((folder) => ({ host: `unix://${folder}/docker.sock`, ...byDefault }));
}

/**
 * Folder of the engine's own files, such as "/var/lib/docker", as it says. Where it can't be asked here, that default.
 */
export async function engineFolder(
  config: { [key: string]: string | undefined } = allConfig(),
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  for (const { host } of placesOf(config, env)) {
    const { status, body } = await get(host, "/info");
    if (status === 200) return (JSON.parse(body) as { DockerRootDir: string }).DockerRootDir;
  }
  return "/var/lib/docker";
}

/** Why an engine does not answer; undefined when it does. */
async function ask(host: string): Promise<string | undefined> {
  const { status = 0, failure } = await get(host, "/_ping");
  return failure ?? (status < 500 ? undefined : `it answers with HTTP status ${status}`);
}

/** What an engine answers, or why it does not. */
function get(host: string, path: string): Promise<{ status?: number; body: string; failure?: string }> {
  const socketPath = /^(?:unix|npipe):\/\/(.*)$/.exec(host)?.[1];
  const { hostname, port } = new URL(socketPath === undefined ? host.replace(/^tcp/, "http") : "http://engine");
  const where = socketPath === undefined ? { host: hostname, port: port || "2375" } : { socketPath };
  return new Promise((resolve) => {
    const asked = request({ ...where, path, timeout: ANSWER_MS }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${ANSWER_MS / 1_000} s`)));
    asked.on("error", ({ message }) => resolve({ body: "", failure: message }));
    asked.end();
  });
}

function remedy({ named }: Place, reason: string): string {
  if (/EACCES/.test(reason)) {
    return "this user may not use it: `sudo usermod -aG docker $USER`, and log in again";
  }
  const start = "start Docker (Docker Desktop, or `sudo systemctl start docker`)";
  const other = /default/.test(named) ? "set DOCKER_HOST to another engine" : "name another engine there";
  return `${start}, or ${other}; \`docker version\` shows when it answers`;
}
