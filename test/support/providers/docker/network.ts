import type { Context } from "../resource";
import { flagOf, mapOf, objectsOf, type Properties, textOf } from "../values";
import { DockerResource, labelsToMap, mapToLabels, removeWhenFree } from "./bridgedDocker";
import { daemonError, isNotFound } from "./client";

/** docker.Network */
export class Network extends DockerResource {
  constructor() {
    super({
      token: "docker:index/network:Network",
      autoNamed: true,
      lists: [],
      defaults: { ipamDriver: "default" },
    });
  }

  protected async make(context: Context, inputs: Properties): Promise<string> {
    try {
      const network = await this.client(context).createNetwork({
        Name: textOf(inputs.name),
        Labels: labelsToMap(inputs.labels),
        Internal: flagOf(inputs.internal),
        Attachable: flagOf(inputs.attachable),
        Ingress: flagOf(inputs.ingress),
        EnableIPv6: flagOf(inputs.ipv6),
        Options: mapOf(inputs.options),
        ...(inputs.driver ? { Driver: textOf(inputs.driver) } : {}),
        IPAM: {
          Driver: textOf(inputs.ipamDriver),
          Options: mapOf(inputs.ipamOptions),
          Config: objectsOf(inputs.ipamConfigs).map(({ subnet, ipRange, gateway, auxAddress }) => ({
            ...(subnet ? { Subnet: textOf(subnet) } : {}),
            ...(ipRange ? { IPRange: textOf(ipRange) } : {}),
            ...(gateway ? { Gateway: textOf(gateway) } : {}),
            // The API's own name for it; the types say AuxAddress.
            AuxiliaryAddresses: mapOf(auxAddress),
          })),
        },
      });
      return network.id;
    } catch (error) {
      throw new Error(`Unable to create network: ${daemonError(error)}`);
    }
  }

  protected async observe(context: Context, id: string): Promise<Properties | undefined> {
    const network = await inspect(this.client(context).getNetwork(id));
    if (!network) return undefined;
    return {
      id,
      name: network.Name,
      labels: mapToLabels(network.Labels),
      driver: network.Driver,
      internal: network.Internal,
      attachable: network.Attachable,
      ingress: network.Ingress,
      ipv6: network.EnableIPv6,
      ipamDriver: network.IPAM?.Driver ?? "",
      ipamOptions: network.IPAM?.Options ?? null,
      scope: network.Scope,
      options: network.Options ?? {},
      ipamConfigs: (network.IPAM?.Config ?? []).map((config) => ({
        subnet: config.Subnet ?? "",
        gateway: config.Gateway ?? "",
        ipRange: config.IPRange ?? "",
        auxAddress: mapOf(config.AuxiliaryAddresses as unknown as Properties | undefined),
      })),
    };
  }

  protected async change(): Promise<void> {}

  protected async remove(context: Context, id: string): Promise<void> {
    const network = this.client(context).getNetwork(id);
    await removeWhenFree(async () => {
      if (!(await inspect(network))) return true;
      try {
        await network.remove();
        return true;
      } catch (error) {
        if (isNotFound(error)) return true;
        if (/has active endpoints/i.test(daemonError(error))) return false;
        throw new Error(daemonError(error));
      }
    }, "pending");
  }
}

async function inspect(network: { inspect(): Promise<import("dockerode").NetworkInspectInfo> }) {
  return network.inspect().catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw new Error(daemonError(error));
  });
}
