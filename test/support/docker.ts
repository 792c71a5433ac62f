import { spawnSync } from "node:child_process";
import type Docker from "dockerode";
import { clientOptions, dockerClient } from "./providers/docker/client";

/** The Docker Engine of the tests: that of DOCKER_HOST, else the default socket. Tests never start one; CI does before them. */
export function docker(): Docker {
  return dockerClient({});
}

let probed: { reason: string | undefined } | undefined;

/** Why no Docker Engine can be used; undefined when one answers. Asked once, for ten seconds at most. */
export function dockerMissing(): string | undefined {
  probed ??= { reason: probe() };
  return probed.reason;
}

/** Whether a Docker Engine answers. */
export function dockerAvailable(): boolean {
  return dockerMissing() === undefined;
}

/** Asks in a process of its own: Mocha wants to know which tests there are without waiting. */
function probe(): string | undefined {
  const where = process.env.DOCKER_HOST ?? "the default socket";
  const ask = `const { protocol, ...options } = JSON.parse(process.argv[1]);
    require(protocol ?? "http").get({ ...options, path: "/_ping" }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1))
      .on("error", (error) => { console.error(error.message); process.exit(1); });`;
  const options = JSON.stringify(clientOptions({}));
  const { status, stderr } = spawnSync(process.execPath, ["-e", ask, options], { timeout: 10_000, encoding: "utf8" });
  return status === 0 ? undefined : `no Docker Engine answers at ${where} (${stderr.trim() || "within 10 s"})`;
}

/**
 * `describe` for tests that need a Docker Engine. Without one they are skipped, and the title says why; in CI, where
 * the engine is provisioned, its absence is a failure.
 *
 * @param images what has to be there before the tests, such as `redis:7-alpine`
 */
export function describeWithDocker(title: string, suite: (this: Mocha.Suite) => void, images: string[] = []): void {
  const missing = dockerMissing();
  if (missing && !process.env.CI) {
    describe.skip(`${title} (skipped: ${missing})`, suite);
    return;
  }
  describe(title, function () {
    before("a Docker Engine answers", async function () {
      this.timeout(600_000);
      if (missing) throw new Error(`${missing}; in CI it has to be there: see test/environment/docker`);
      for (const image of images) await needImage(image);
    });
    suite.call(this);
  });
}

/** Has the image on the engine, or pulls it. */
export async function needImage(name: string): Promise<void> {
  const client = docker();
  const present = await client
    .getImage(name)
    .inspect()
    .then(
      () => true,
      () => false,
    );
  if (present) return;
  const stream = await client.pull(name);
  await new Promise<void>((resolve, reject) => {
    client.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
}

/** Removes the containers, networks and volumes whose names start with the prefix, for tests that clean up after themselves. */
export async function removeDockerObjects(prefix: string): Promise<void> {
  const client = docker();
  for (const { Id, Names } of await client.listContainers({ all: true })) {
    if (Names.some((name) => name.startsWith(`/${prefix}`)))
      await client.getContainer(Id).remove({ force: true, v: true });
  }
  for (const { Id, Name } of await client.listNetworks()) {
    if (Name.startsWith(prefix)) await client.getNetwork(Id).remove();
  }
  for (const { Name } of (await client.listVolumes()).Volumes ?? []) {
    if (Name.startsWith(prefix)) await client.getVolume(Name).remove({ force: true });
  }
}

/** Names of the containers, networks and volumes that start with the prefix: what a test left behind. */
export async function dockerObjects(prefix: string): Promise<string[]> {
  const client = docker();
  const containers = (await client.listContainers({ all: true })).flatMap(({ Names }) =>
    Names.map((name) => name.slice(1)),
  );
  const networks = (await client.listNetworks()).map(({ Name }) => Name);
  const volumes = ((await client.listVolumes()).Volumes ?? []).map(({ Name }) => Name);
  return [...containers, ...networks, ...volumes].filter((name) => name.startsWith(prefix)).sort();
}
