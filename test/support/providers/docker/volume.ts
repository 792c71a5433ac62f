import type { Context } from "../resource";
import { mapOf, type Properties, textOf } from "../values";
import { DockerResource, labelsToMap, mapToLabels, removeWhenFree } from "./bridgedDocker";
import { daemonError, isNotFound } from "./client";

/** docker.Volume, without cluster volumes. */
export class Volume extends DockerResource {
  constructor() {
    super({
      token: "docker:index/volume:Volume",
      autoNamed: true,
      lists: [],
      defaults: {},
      check: ({ cluster }) =>
        cluster === undefined ? [] : [{ path: "cluster", reason: "the test provider has no cluster volumes." }],
    });
  }

  protected async make(context: Context, inputs: Properties): Promise<string> {
    try {
      const name = textOf(inputs.name);
      await this.client(context).createVolume({
        Name: name,
        Labels: labelsToMap(inputs.labels),
        DriverOpts: mapOf(inputs.driverOpts),
        ...(inputs.driver ? { Driver: textOf(inputs.driver) } : {}),
      });
      return name;
    } catch (error) {
      throw new Error(`Unable to create volume: ${daemonError(error)}`);
    }
  }

  protected async observe(context: Context, id: string): Promise<Properties | undefined> {
    try {
      const volume = await this.client(context).getVolume(id).inspect();
      return {
        id,
        name: volume.Name,
        labels: mapToLabels(volume.Labels),
        driver: volume.Driver,
        driverOpts: volume.Options ?? null,
        mountpoint: volume.Mountpoint,
      };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw new Error(`Unable to inspect volume: ${daemonError(error)}`);
    }
  }

  protected async change(): Promise<void> {}

  protected async remove(context: Context, id: string): Promise<void> {
    const volume = this.client(context).getVolume(id);
    await removeWhenFree(async () => {
      try {
        await volume.remove({ force: true });
        return true;
      } catch (error) {
        if (isNotFound(error)) return true;
        if (/volume is in use/i.test(daemonError(error))) return false;
        throw new Error(daemonError(error));
      }
    }, "in_use");
  }
}
