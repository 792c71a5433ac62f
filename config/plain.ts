import type * as pulumi from "../components/pulumi";
import type { Target } from "../components/server";
import type { ServiceKind, StackConfig } from "./stackConfig";

type Declared = pulumi.Unwrap<StackConfig>;

/** An entry of `mcp:servers`. */
export type Server = Declared["servers"][number];

/** An entry of `mcp:services`, its defaults filled in. */
export type Service = NonNullable<Declared["services"]>[number] & { kind: ServiceKind };

/** The cluster of a stack, its defaults filled in. */
export type Cluster = NonNullable<Declared["kubernetes"]> & {
  createNamespace: boolean;
  adopt: boolean;
  keepData: boolean;
};

export type Monitoring = NonNullable<Declared["monitoring"]>;
export type Logging = NonNullable<Declared["logging"]>;

/** The stack's config as plain values, its defaults filled in. */
export interface Config
  extends Omit<Declared, "target" | "servers" | "services" | "secrets" | "kubernetes" | "clients"> {
  target: Target;
  servers: Server[];
  services: Service[];
  secrets: Record<string, string>;
  kubernetes?: Cluster;
  clients: NonNullable<Declared["clients"]>;
}

/** The config with the defaults of what stands nowhere else: a server's are decided by `resolve`, a component's by itself. */
export function withDefaults({ kubernetes, services = [], ...config }: Declared): Config {
  return {
    target: "process",
    secrets: {},
    clients: [],
    ...config,
    services: services.map((service) => ({ kind: "image", ...service })),
    ...(kubernetes && { kubernetes: { createNamespace: true, adopt: false, keepData: true, ...kubernetes } }),
  };
}
