import type { ScanInputs } from "../../provider/image/scan";
import type { InputsOf } from "../inputsOf";
import { McpResource } from "../mcpResource";
import type * as pulumi from "../pulumi";

/** Scans an image for known vulnerabilities once: again only when its digest or what is asked for changes. */
export class ImageScan extends McpResource {
  /** The image's digest or id, once it has passed. */
  declare readonly reference: pulumi.Output<string>;

  constructor(name: string, inputs: InputsOf<ScanInputs>, opts: pulumi.CustomResourceOptions) {
    super("ImageScan", name, { ...inputs, reference: undefined }, opts);
  }
}
