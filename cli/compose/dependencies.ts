import { slug } from "../../components/server/validate";
import type { Server } from "../../config/plain";
import { asList, asMapping } from "./composeFile";
import type { ServiceReader } from "./reader";

/** The services of a compose file by what becomes of them, under their names there. */
export interface Neighbours {
  servers: string[];
  services: string[];
  redis: string[];
}

/** A server with the services that it waits for; without a server, only names what is not carried over. */
export function dependencies(reader: ServiceReader, neighbours: Neighbours): undefined;
export function dependencies(reader: ServiceReader, neighbours: Neighbours, server: Server): Server;
export function dependencies(reader: ServiceReader, neighbours: Neighbours, server?: Server): Server | undefined {
  noteName(reader);
  const wanted = readDependsOn(reader, neighbours, server !== undefined);
  if (server === undefined) return undefined;
  for (const redis of neighbours.redis) {
    if (pointsTo(server.env ?? {}, redis)) wanted.push(redis);
  }
  const { env, secrets, containerName, ...rest } = server;
  const variables = withRedis(
    reader,
    { env: { ...env }, secrets: [...(secrets ?? [])] },
    neighbours.redis.filter((name) => wanted.includes(name)),
  );
  const services = [...new Set(wanted.map(slug))];
  const { name, source, port, metricsPort, ...others } = rest;
  return {
    name,
    ...(source !== undefined && { source }),
    ...(port !== undefined && { port }),
    ...(metricsPort !== undefined && { metricsPort }),
    ...(Object.keys(variables.env).length > 0 && { env: variables.env }),
    ...(variables.secrets.length > 0 && { secrets: variables.secrets }),
    ...(services.length > 0 && { services }),
    ...others,
    ...(containerName && { containerName }),
  };
}

function noteName(reader: ServiceReader): void {
  const name = slug(reader.name);
  if (name === reader.name) return;
  reader.note("name", name, "names are lower-case DNS labels", "use it where others connect to this service");
}

function readDependsOn(reader: ServiceReader, { servers, services }: Neighbours, isServer: boolean): string[] {
  const given = reader.take("depends_on");
  const conditions = asMapping(given);
  return (conditions ? Object.keys(conditions) : asList(given).map(String)).filter((name) => {
    if (!isServer) {
      reader.note("depends_on", name, "services start beside each other", "let it try again until the other answers");
    } else if (servers.includes(name)) {
      reader.note("depends_on", name, "servers wait for services, not for each other", "let it try again");
    } else if (!services.includes(name)) {
      reader.note(
        "depends_on",
        name,
        "it is not carried over itself",
        "add it to mcp:services, then here to `services`",
      );
    } else {
      const { condition, restart } = asMapping(conditions?.[name]) ?? {};
      if (condition === "service_completed_successfully") {
        reader.note(
          `depends_on.${name}`,
          condition,
          "a service is waited for until it is ready",
          "run the task by hand",
        );
      }
      if (restart === true) {
        reader.note(`depends_on.${name}.restart`, restart, "a server is not restarted with it", "let it connect again");
      }
      return true;
    }
    return false;
  });
}

const isUrlOf = (value: string, host: string): boolean => new RegExp(`^rediss?://([^/@]*@)?${host}(:|/|$)`).test(value);
const pointsTo = (env: Record<string, string>, host: string): boolean =>
  Object.values(env).some((value) => isUrlOf(value, host));

/** Servers get REDIS_URL of the Redis they wait for, with its generated password; what else points there lacks that. */
function withRedis(
  reader: ServiceReader,
  { env, secrets }: { env: Record<string, string>; secrets: string[] },
  redis: string[],
) {
  if (redis.length === 0) return { env, secrets };
  if (env.REDIS_URL !== undefined || secrets.includes("REDIS_URL")) {
    delete env.REDIS_URL;
    const why = "it is given by the Redis of `services`, as a secret with its password";
    reader.note("environment.REDIS_URL", "its value", why, "nothing to do");
  }
  for (const [name, value] of Object.entries(env)) {
    if (!redis.some((host) => value === host || isUrlOf(value, host))) continue;
    const fix = "let the server connect by REDIS_URL";
    reader.note(`environment.${name}`, value, "Redis has a password now, which is not in it", fix);
  }
  return { env, secrets: secrets.filter((name) => name !== "REDIS_URL") };
}
