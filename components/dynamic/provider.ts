/**
 * What runs inside Pulumi's dynamic provider. Each kind is loaded only when a resource of it is touched, so that a
 * preview without changes does not pay for the MCP client or the file formats.
 */
import type * as pulumi from "@pulumi/pulumi";

type Provider = pulumi.dynamic.ResourceProvider;

export const Installation: Provider = lazy(() => require("../process/provider/installation").installationProvider);
export const Activation: Provider = lazy(() => require("../process/provider/activation").activationProvider);
export const Process: Provider = lazy(() => require("../process/provider/process").processProvider);
export const Check: Provider = lazy(() => require("../check/provider").checkProvider);
export const ContainerReady: Provider = lazy(() => require("../docker/provider/ready").readyProvider);
export const ImageScan: Provider = lazy(() => require("../image/provider/scan").scanProvider);
export const ClientFile: Provider = lazy(() => require("../clients/provider").clientFileProvider);

function lazy(load: () => Provider): Provider {
  const call = (method: keyof Provider) => {
    const provider = load();
    const operation = provider[method];
    if (!operation) throw new Error(`The provider has no operation "${method}".`);
    return operation.bind(provider) as (...args: unknown[]) => Promise<never>;
  };
  return {
    check: async (...args) => call("check")(...args),
    diff: async (...args) => call("diff")(...args),
    create: async (...args) => call("create")(...args),
    read: async (id, props) => (load().read ? call("read")(id, props) : { id, props }),
    update: async (...args) => call("update")(...args),
    delete: async (...args) => call("delete")(...args),
  };
}
