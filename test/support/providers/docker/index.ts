import type { TestProvider } from "../resource";
import { DOCKER_VERSION } from "./bridgedDocker";
import { dockerClient } from "./client";
import { Container } from "./container";
import { Image } from "./image";
import { Network } from "./network";
import { RemoteImage } from "./remoteImage";
import { Volume } from "./volume";

/** The resource types of @pulumi/docker that the product uses. */
export function dockerProvider(): TestProvider {
  return {
    name: "docker",
    version: DOCKER_VERSION,
    resources: {
      "docker:index/container:Container": new Container(),
      "docker:index/image:Image": new Image(),
      "docker:index/network:Network": new Network(),
      "docker:index/remoteImage:RemoteImage": new RemoteImage(),
      "docker:index/volume:Volume": new Volume(),
    },
    async configure(config) {
      const reached = await dockerClient(config)
        .ping()
        .then(
          () => true,
          () => false,
        );
      if (reached) return;
      throw new Error(
        "docker native provider returned an unexpected error from Configure: failed to connect to any docker daemon",
      );
    },
  };
}
