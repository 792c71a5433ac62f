import { currentType, resourceType } from "../../common/resourceTypes";
import { asList, asMapping, type Mapping } from "./composeFile";

/** A resource of a stack's state. Secrets in it are {@link Secret}. */
export interface StateResource {
  urn: string;
  /** As it is now, where the state has the type of before. */
  type: string;
  /** The name that the program gave it. */
  name: string;
  id?: string;
  parent?: string;
  inputs: Mapping;
  outputs: Mapping;
  dependencies: string[];
}

/** A value that the state holds as a secret. */
export class Secret {
  constructor(readonly value: unknown) {}
}

/** A value, out of its secret where it is one. For what is none by its nature, such as the name of an image. */
export const opened = (value: unknown): unknown => (value instanceof Secret ? value.value : value);

/** The types that a compose file is made from. */
export const TYPES = {
  container: "docker:index/container:Container",
  network: "docker:index/network:Network",
  volume: "docker:index/volume:Volume",
  image: "docker:index/image:Image",
  remoteImage: "docker:index/remoteImage:RemoteImage",
  ready: resourceType("ContainerReady"),
} as const;

/** Reads what `pulumi stack export --show-secrets` prints. What waits for its deletion is left out. */
export function readState(json: string): StateResource[] {
  const deployment = asMapping(asMapping(JSON.parse(json))?.deployment);
  return asList(deployment?.resources).flatMap((item) => {
    const resource = asMapping(item) ?? {};
    const { urn, type, id, parent } = resource;
    if (typeof urn !== "string" || typeof type !== "string" || resource.delete === true) return [];
    return [
      {
        urn,
        type: currentType(type),
        name: urn.split("::").at(-1) ?? urn,
        ...(typeof id === "string" && { id }),
        ...(typeof parent === "string" && { parent }),
        inputs: asMapping(reveal(resource.inputs)) ?? {},
        outputs: asMapping(reveal(resource.outputs)) ?? {},
        dependencies: asList(resource.dependencies).map(String),
      },
    ];
  });
}

// Marks of a secret in a state. Source: SigKey and SecretSig in sdk/go/common/resource/sig/sig.go of pulumi/pulumi.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const IS_SECRET = "1b47061264138c4ac30d75fd1eb44270";

function reveal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reveal);
  const mapping = asMapping(value);
  if (mapping === undefined) return value;
  if (mapping[SIGNATURE] === IS_SECRET) {
    return new Secret(typeof mapping.plaintext === "string" ? JSON.parse(mapping.plaintext) : undefined);
  }
  return Object.fromEntries(Object.entries(mapping).map(([key, item]) => [key, reveal(item)]));
}

/** The texts of secrets anywhere in a value. */
export function secretTexts(value: unknown, isInside = false): string[] {
  if (value instanceof Secret) return secretTexts(value.value, true);
  if (typeof value === "string") return isInside ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((item) => secretTexts(item, isInside));
}
