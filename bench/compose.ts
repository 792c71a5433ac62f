import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "./child";
import { PREFIX, writtenContext, writtenTag } from "./docker";
import { environmentOf, REDIS_START, REDIS_TEST, type StackServer } from "./dockerStack";

/** The same stack for compose: `build` from the written contexts, or the images that an `up` has built. */
export function composeServices(
  own: string,
  servers: StackServer[],
  { redis, built }: { redis: boolean; built: boolean },
) {
  const common = {
    read_only: true,
    tmpfs: ["/tmp:rw,noexec,nosuid,nodev,size=64m"],
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    init: true,
    restart: "unless-stopped",
    pids_limit: 256,
    mem_limit: "512m",
    memswap_limit: "512m",
    cpus: 0.5,
    logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
  };
  // Asked every second, so that compose does not wait longer than it has to; up to 30 s with the intervals of the images.
  const often = { interval: "1s", timeout: "5s", retries: 60 };
  const entries = servers.map((server) => [
    server.name,
    {
      ...common,
      ...(built
        ? { image: writtenTag(own, server.name) }
        : { build: writtenContext(own, server.name), image: `${server.name}-compose` }),
      environment: { ...environmentOf(server), ...(redis && { REDIS_URL: "redis://:bench@redis:6379" }) },
      ports: [`127.0.0.1:${server.port}:${server.port}`],
      volumes: [`${server.name}-logs:/app/logs`],
      healthcheck: often,
      ...(redis && { depends_on: { redis: { condition: "service_healthy" } } }),
    },
  ]);
  const redisService = {
    ...common,
    image: "redis:7-alpine",
    command: ["sh", "-c", REDIS_START.replaceAll("$", "$$$$")],
    user: "999",
    environment: { REDIS_PASSWORD: "bench" },
    volumes: ["redis-data:/data"],
    healthcheck: { test: REDIS_TEST.map((word) => word.replaceAll("$", "$$$$")), ...often },
  };
  const volumes = [...servers.map(({ name }) => `${name}-logs`), ...(redis ? ["redis-data"] : [])];
  return {
    services: { ...Object.fromEntries(entries), ...(redis && { redis: redisService }) },
    volumes: Object.fromEntries(volumes.map((name) => [name, {}])),
  };
}

/** A compose project in a folder of its own. */
export class ComposeProject {
  readonly file: string;
  private readonly name = `${PREFIX}-compose`;

  constructor(
    private readonly folder: string,
    content: object,
  ) {
    // JSON is YAML.
    this.file = join(folder, "compose.json");
    writeFileSync(this.file, JSON.stringify({ name: this.name, ...content }));
  }

  command(...args: string[]): Command {
    const env = { ...process.env, DOCKER_BUILDKIT: "1" };
    return { command: "docker", args: ["compose", "--file", this.file, ...args], cwd: this.folder, env };
  }

  up = (...options: string[]): Command => this.command("up", "--detach", ...options);
  down = (): Command => this.command("down", "--volumes", "--timeout", "1");
}
