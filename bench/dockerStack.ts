import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listenEnv, resolve } from "../components/server";
import { PREFIX, writtenTag } from "./docker";
import { freePorts } from "./ports";
import { REPOSITORY, STACK, type Workspace } from "./workspace";

/** A server of a stack, as its config has it. */
export interface StackServer {
  name: string;
  source: string;
  port: number;
  services?: string[];
}

/** Name under which the stack's Redis runs, beside those of other stacks. */
export const REDIS = "redis";

/** Servers from these folders, on free ports, with names of this run. */
export async function makeServers(sources: string[], more: Partial<StackServer> = {}): Promise<StackServer[]> {
  const ports = await freePorts(sources.length);
  return sources.map((source, index) => ({
    name: `${PREFIX}-${index}`,
    source,
    port: ports[index] ?? 0,
    ...more,
  }));
}

/** Config of a Docker stack. */
export const dockerConfig = (redis: boolean, more: object = {}): object => ({
  "mcp:target": "docker",
  ...(redis && { "mcp:services": [{ name: REDIS, kind: "redis" }] }),
  ...more,
});

/** How Redis is started and checked: as the product does it, on every side. */
export const REDIS_START =
  'umask 077; printf "requirepass %s\\nappendonly yes\\ndir /data\\n" "$REDIS_PASSWORD" > /tmp/redis.conf; exec redis-server /tmp/redis.conf';
export const REDIS_TEST = ["CMD", "sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli ping | grep -q PONG'];

export function environmentOf({ name, source, port }: StackServer): Record<string, string> {
  return listenEnv(resolve(name, { source, port }), "0.0.0.0");
}

/**
 * The program that somebody writes by hand for the same stack, with the same build contexts.
 *
 * @param own the stack's project, once an `up` or a preview has written its contexts
 */
export function handwritten(
  workspace: Workspace,
  name: string,
  own: string,
  servers: StackServer[],
  redis: boolean,
): string {
  const root = workspace.project(name, "");
  const source = join(REPOSITORY, "bench", "handwritten", "index.js");
  cpSync(source, join(root, "index.js"));
  writeFileSync(join(root, "Pulumi.yaml"), '{ "name": "mcp", "main": "index.js", "runtime": { "name": "nodejs" } }');
  const all = servers.map((server) => {
    cpSync(join(own, ".mcp", STACK, server.name), join(root, "images", server.name), { recursive: true });
    return {
      // The name in the program: containers are called after prefix and name.
      name: server.name,
      context: `images/${server.name}/context`,
      dockerfile: `images/${server.name}/Dockerfile`,
      tag: writtenTag(own, server.name),
      port: server.port,
      env: Object.entries(environmentOf(server)).map(([key, value]) => `${key}=${value}`),
    };
  });
  const stack = {
    prefix: `${PREFIX}-${name}`,
    servers: all,
    ...(redis && { redis: { start: REDIS_START, test: REDIS_TEST } }),
  };
  writeFileSync(join(root, "stack.json"), JSON.stringify(stack));
  return root;
}
