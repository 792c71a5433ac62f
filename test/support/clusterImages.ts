import { docker, needImage } from "./docker";

/** The registry that the Docker Engine and the cluster share: see test/environment. */
export const registryAddress = process.env.REG_ADDR ?? "127.0.0.1:5000";

/**
 * Pushes an image of the Docker Engine to the registry, for pods to use.
 *
 * @param image its name or id on the engine
 * @param name its repository and tag in the registry. What is there as `library/redis:7-alpine` or `acme/web:1` is for
 *   the cluster `redis:7-alpine`, and `acme/web:1` of any registry
 * @returns the reference by digest
 */
export async function pushImage(image: string, name: string): Promise<string> {
  const [, repository = name, tag = "latest"] = /^(.*):([^:/]+)$/.exec(name) ?? [];
  const target = `${registryAddress}/${repository}`;
  const client = docker();
  await client.getImage(image).tag({ repo: target, tag });
  const stream = await client.getImage(`${target}:${tag}`).push({ authconfig: {} });
  const lines = await new Promise<{ aux?: { Digest?: string } }[]>((resolve, reject) => {
    client.modem.followProgress(stream, (error, output) => (error ? reject(error) : resolve(output)));
  });
  await client.getImage(`${target}:${tag}`).remove();
  const digest = lines.find(({ aux }) => aux?.Digest)?.aux?.Digest;
  if (!digest)
    throw new Error(`the push of ${image} to ${target}:${tag} told no digest: ${JSON.stringify(lines.at(-1))}`);
  return `${target}@${digest}`;
}

/** Has an image of Docker Hub on the engine, and pushes it to the registry under its own name. */
export async function publishImage(name: string): Promise<string> {
  await needImage(name);
  return pushImage(name, name.includes("/") ? name : `library/${name}`);
}
