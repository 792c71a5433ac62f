import type { KubeConfig } from "@kubernetes/client-node";
import { objectsOf, type Properties, textOf } from "../values";
import { isNotFound, NoMatchError } from "./apiError";
import type { ApiRequest } from "./connection";
import { isBuiltIn, isNamespaced, type Kind, kindOf } from "./kind";
import { nameOf, namespaceOf } from "./object";
import { type Settings, settingsOf } from "./settings";

/** Where the API serves a kind. */
interface Endpoint {
  plural: string;
  namespaced: boolean;
}

/** A cluster as the settings name it, reachable or not. */
export class Cluster {
  private readonly kinds = new Map<string, Promise<Map<string, Endpoint>>>();

  private constructor(
    readonly settings: Settings,
    private readonly config: KubeConfig | undefined,
    /** Why the cluster can't be reached; undefined when it answers. */
    readonly unreachable: string | undefined,
  ) {}

  /** Looks once whether the cluster answers: an unreachable one is no error until it is needed. */
  static async open(config: Record<string, string>): Promise<Cluster> {
    const settings = settingsOf(config);
    const { loadKubeConfig, send } = connection();
    let loaded: KubeConfig;
    try {
      loaded = loadKubeConfig(settings);
    } catch (error) {
      return new Cluster(settings, undefined, (error as Error).message);
    }
    try {
      await send(loaded, { method: "GET", path: "/api" });
      return new Cluster(settings, loaded, undefined);
    } catch (error) {
      const why = `unable to load schema information from the API server: ${(error as Error).message}`;
      return new Cluster(settings, loaded, why);
    }
  }

  /** Namespace of objects that name none. */
  get namespace(): string {
    const { settings, config } = this;
    const current = config?.getContextObject(config.getCurrentContext())?.namespace;
    return settings.namespace || current || (config ? "default" : "");
  }

  async send(request: ApiRequest): Promise<Properties> {
    if (!this.config || this.unreachable) throw new Error(this.unreachable);
    return connection().send(this.config, request);
  }

  /** Whether the kind's objects belong to a namespace. A kind that is not known yet is taken to. */
  async isNamespaced(kind: Kind): Promise<boolean> {
    if (isBuiltIn(kind)) return isNamespaced(kind);
    return (await this.endpoint(kind).catch(() => undefined))?.namespaced ?? true;
  }

  async serves(kind: Kind): Promise<boolean> {
    if (this.unreachable) return false;
    return this.endpoint(kind).then(
      () => true,
      () => false,
    );
  }

  /**
   * Path of an object in the API, or of the objects among which it is to be made.
   * @throws NoMatchError when the cluster has no such kind
   */
  async pathOf(object: Properties, { create = false, name = nameOf(object) } = {}): Promise<string> {
    const kind = kindOf(object);
    const { plural, namespaced } = await this.endpoint(kind);
    const scope = namespaced ? `/namespaces/${namespaceOf(object) || "default"}` : "";
    return `${root(kind)}${scope}/${plural}${create ? "" : `/${name}`}`;
  }

  async get(object: Properties, name = nameOf(object)): Promise<Properties> {
    return this.send({ method: "GET", path: await this.pathOf(object, { name }) });
  }

  /** Objects of a built-in kind in a namespace. */
  async list(kind: Kind, namespace: string): Promise<Properties[]> {
    const path = await this.pathOf({ ...kind, metadata: { namespace } }, { create: true });
    return objectsOf((await this.send({ method: "GET", path })).items);
  }

  private async endpoint(kind: Kind): Promise<Endpoint> {
    const { apiVersion } = kind;
    const known = this.kinds.get(apiVersion) ?? this.discover(kind);
    this.kinds.set(apiVersion, known);
    const found = (await known).get(kind.kind);
    if (found) return found;
    // Its CustomResourceDefinition may come later in the same deployment.
    this.kinds.delete(apiVersion);
    throw new NoMatchError(apiVersion, kind.kind);
  }

  private async discover(kind: Kind): Promise<Map<string, Endpoint>> {
    const found = new Map<string, Endpoint>();
    const { resources } = await this.send({ method: "GET", path: root(kind) }).catch((error: unknown): Properties => {
      if (isNotFound(error)) return {};
      throw error;
    });
    for (const { name, kind: served, namespaced } of objectsOf(resources)) {
      // With a slash it is a part of an object, such as `deployments/scale`.
      if (!textOf(name).includes("/")) {
        found.set(textOf(served), { plural: textOf(name), namespaced: namespaced === true });
      }
    }
    return found;
  }
}

/** The client takes its time to load, and tests of other targets have no use for it. */
export const connection = () => require("./connection") as typeof import("./connection");

const root = ({ apiVersion }: Kind): string => `/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}`;
