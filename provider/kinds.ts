/**
 * What runs inside Pulumi's dynamic provider. Each kind is loaded only when a resource of it is touched, so that a
 * preview without changes does not pay for the MCP client or the file formats.
 */
import type * as pulumi from "@pulumi/pulumi";

type Provider = pulumi.dynamic.ResourceProvider;

export const Installation: Provider = lazy(() => require("./process/installation").installationProvider);
export const Activation: Provider = lazy(() => require("./process/activation").activationProvider);
export const Process: Provider = lazy(() => require("./process/process").processProvider);
export const Check: Provider = lazy(() => require("./check/check").checkProvider);
export const ContainerReady: Provider = lazy(() => require("./docker/ready").readyProvider);
export const ImageScan: Provider = lazy(() => require("./image/scan").scanProvider);
export const ClusterLogSetup: Provider = lazy(() => require("./kubernetes/clusterLogSetup").clusterSetupProvider);
export const LogSetup: Provider = lazy(() => require("./logging/setup").setupProvider);
export const Rollout: Provider = lazy(() => require("./kubernetes/rollout").rolloutProvider);
export const ClientFile: Provider = lazy(() => require("./clients/clientFile").clientFileProvider);

/** Inputs are taken as they are, and a resource is kept and deleted without a step, unless its provider says otherwise. */
function lazy(load: () => Provider): Provider {
  const call = (method: keyof Provider, ...otherwise: [] | [unknown]) => {
    const provider = load();
    const operation = provider[method];
    if (operation) return operation.bind(provider) as (...args: unknown[]) => Promise<never>;
    if (otherwise.length > 0) return async () => otherwise[0] as never;
    throw new Error(`The provider has no operation "${method}".`);
  };
  return {
    check: async (olds, news) => call("check", { inputs: news, failures: [] })(olds, news),
    diff: async (...args) => call("diff")(...args),
    create: async (...args) => call("create")(...args),
    read: async (id, props) => call("read", { id, props })(id, props),
    update: async (...args) => call("update")(...args),
    delete: async (id, props) => call("delete", undefined)(id, props),
  };
}
