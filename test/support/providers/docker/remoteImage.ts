import type { Context } from "../resource";
import { flagOf, type Properties, textOf } from "../values";
import { DockerResource } from "./bridgedDocker";
import { daemonError, findImage, isNotFound } from "./client";

/** docker.RemoteImage, without builds. */
export class RemoteImage extends DockerResource {
  constructor() {
    super({
      token: "docker:index/remoteImage:RemoteImage",
      autoNamed: false,
      lists: [],
      defaults: {},
      check: ({ build }) =>
        build === undefined ? [] : [{ path: "build", reason: "the test provider builds with docker.Image only." }],
    });
  }

  protected async make(context: Context, inputs: Properties): Promise<string> {
    const name = textOf(inputs.name);
    try {
      const image = await findImage(this.client(context), context.config, name, textOf(inputs.platform));
      return image.Id + name;
    } catch (error) {
      throw new Error(`Unable to read Docker image into resource: ${error instanceof Error ? error.message : error}`);
    }
  }

  protected async observe(context: Context, _id: string, state: Properties): Promise<Properties | undefined> {
    const name = textOf(state.name);
    try {
      const image = await this.client(context).getImage(name).inspect();
      return { id: image.Id + name, imageId: image.Id, repoDigest: repoDigest(name, image.RepoDigests ?? []) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw new Error(daemonError(error));
    }
  }

  protected async change(context: Context, _id: string, _olds: Properties, news: Properties): Promise<void> {
    await findImage(this.client(context), context.config, textOf(news.name), textOf(news.platform));
  }

  protected async remove(context: Context, _id: string, state: Properties): Promise<void> {
    if (flagOf(state.keepLocally)) return;
    try {
      await this.client(context)
        .getImage(textOf(state.name))
        .remove({ force: flagOf(state.forceRemove) });
    } catch (error) {
      if (!isNotFound(error)) throw new Error(`Unable to remove Docker image: ${daemonError(error)}`);
    }
  }
}

function repoDigest(name: string, digests: string[]): string {
  const untagged = name.split(":")[0] ?? name;
  return digests.length > 1
    ? (digests.find((digest) => digest.startsWith(untagged)) ?? digests[0] ?? "")
    : (digests[0] ?? "");
}
