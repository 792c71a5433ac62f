import { resourceType } from "../../common/resourceTypes";
import type { Deployed } from "./deployed";
import { objectName } from "./names";
import type { Registered } from "./record";
import { asSecret, withoutMarks } from "./secretMark";

/** Types of what is made outside the cluster. */
export const TYPES = {
  image: "docker:index/image:Image",
  pulled: "docker:index/remoteImage:RemoteImage",
  scan: resourceType("ImageScan"),
  password: "random:index/randomPassword:RandomPassword",
} as const;

/** Something that only `up` makes, and that is not there, or was made of something else than there is now. */
export interface Missing {
  type: string;
  name: string;
  /** The server or service that it belongs to. */
  owner: string;
  /** For people. */
  what: string;
}

/** What the answers are taken from. */
export interface Known {
  deployed: Deployed;
  /** Images by server, as they were given by hand: "name@sha256:...". */
  images: Record<string, string>;
  /** Project and stack. */
  stack: string;
}

/** Answers for providers: the outputs of resources that manifests depend on. */
export class Answers {
  readonly missing: Missing[] = [];
  /** Servers whose image was asked for. */
  readonly servers = new Set<string>();

  constructor(private readonly known: Known) {}

  outputs = (resource: Registered): Record<string, unknown> => {
    const { type, inputs } = resource;
    if (type.startsWith("kubernetes:")) {
      const name = objectName(resource, this.known.deployed, this.known.stack);
      return { ...inputs, metadata: { ...(inputs.metadata as object | undefined), name } };
    }
    if (type === TYPES.image || type === TYPES.pulled) return { ...inputs, ...this.image(resource) };
    if (type === TYPES.scan) return { ...inputs, reference: this.scanned(resource) };
    if (type === TYPES.password) return { ...inputs, result: this.password(resource) };
    // Nothing that is known only after a deployment stands in a manifest.
    return { ...inputs, tools: [], toolsDigest: "" };
  };

  /** An image by its digest. */
  private image(resource: Registered): object {
    const server = serverOf(resource.name);
    this.servers.add(server);
    const given = this.known.images[server];
    if (given !== undefined) return { repoDigest: given, imageId: given };
    const { imageName, name } = withoutMarks(resource.inputs) as { imageName?: string; name?: string };
    const found = this.known.deployed.outputsOf(resource);
    if (found) return { repoDigest: found.repoDigest, imageId: found.imageId };
    // With a digest in its name there is nothing to look up.
    if (name?.includes("@sha256:")) return { repoDigest: name, imageId: name };
    this.missing.push({ type: resource.type, name: resource.name, owner: server, what: imageName ?? name ?? "" });
    return { repoDigest: NOTHING, imageId: NOTHING };
  }

  /** The image that a scan was to pass. What was given by hand is not ours to scan. */
  private scanned(resource: Registered): unknown {
    const { server, image } = resource.inputs;
    const isGiven = this.known.images[String(server)] !== undefined;
    if (!isGiven && this.known.deployed.outputsOf(resource) === undefined) {
      this.missing.push({
        type: resource.type,
        name: resource.name,
        owner: String(server),
        what: "a scan of its image",
      });
    }
    return image;
  }

  private password(resource: Registered): object {
    const found = this.known.deployed.outputsOf(resource);
    const { type, name } = resource;
    if (!found) this.missing.push({ type, name, owner: name.replace(/-password$/, ""), what: "a generated password" });
    return asSecret(found?.result ?? NOTHING);
  }
}

/** Stands for what is missing. It never gets into a manifest: what is missing is an error. */
const NOTHING = "missing@sha256:0";

/** McpImage calls its resource after the server. */
const serverOf = (name: string): string => name.replace(/-image$/, "");
